"""connectors: what is installed, and what one plugin can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.cells import count, words
from bridgework.reports.figures import label, many
from bridgework.reports.page import Cell, Page, Section, Table
from bridgework.reports.pages.general import next_steps, subject
from bridgework.reports.reading import dictionary, lines, whole

_ROLES: Final = ("source", "destination", "pair", "extension", "sandbox")


def connectors(result: Mapping[str, Any]) -> Page:
    """What is installed, or what one plugin can do."""
    plugins = lines(result.get("plugins"))
    roles = dictionary(result.get("roles"))
    if roles:
        return _plugin(result, roles)
    order = {role: index for index, role in enumerate(_ROLES)}
    rows = tuple(
        (
            words(label(str(each.get("role") or ""))),
            words(each.get("name")),
            words(each.get("distribution")),
            words(each.get("version")),
        )
        for each in sorted(plugins, key=lambda each: (order.get(str(each.get("role")), 9), str(each.get("name"))))
    )
    columns = ("Role", "Name", "Package", "Version")
    return Page(
        stage="connectors",
        title="What is installed",
        purpose="Read from the packages' own descriptions; nothing was loaded.",
        verdict=f"{many(len(plugins), 'plugin')} installed." if plugins else "No plugin is installed.",
        tone="good" if plugins else "look",
        subject=subject(result),
        steps=next_steps(result, text="For one of them"),
        sections=(Table(title="Plugins", columns=columns, rows=rows, essential=True),) if rows else (),
    )


def _plugin(result: Mapping[str, Any], roles: Mapping[str, Any]) -> Page:
    sections: list[Section] = []
    for role, values in roles.items():
        settings = lines(dictionary(values).get("settings"))
        if settings:
            rows = tuple(_setting(each) for each in settings)
            columns = ("Setting", "Needed", "Default", "What it is")
            sections.append(Table(title=f"Settings as {role}", columns=columns, rows=rows, essential=True))
        sections += _capabilities(role, dictionary(dictionary(values).get("capabilities")))
    about = next((str(dictionary(each).get("about")) for each in roles.values() if dictionary(each).get("about")), "")
    return Page(
        stage="connectors",
        title=str(result.get("name") or "Plugin"),
        purpose=about,
        verdict=f"Answers as {', '.join(map(str, roles))}.",
        subject=subject(result),
        steps=next_steps(result),
        sections=tuple(sections),
    )


def _setting(each: Mapping[str, Any]) -> tuple[Cell, ...]:
    default = each.get("default")
    needed = "yes" if each.get("required") else "no"
    about = str(each.get("about") or "")
    secret = " Given by reference, never as a value." if each.get("secret") else ""
    return (
        words(each.get("name")),
        words(needed),
        words("" if default in (None, "", []) else default),
        words(about + secret),
    )


def _capabilities(role: str, values: Mapping[str, Any]) -> list[Section]:
    objects = lines(values.get("objects"))
    if not objects:
        return []
    rows = tuple(
        (
            words(each.get("name")),
            words(dictionary(each.get("identity")).get("kind") or each.get("identity")),
            count(whole(each.get("batch_size"))),
            words("yes" if each.get("upload") else "no"),
        )
        for each in objects
    )
    columns = ("Object", "Known again by", "Records per call", "Files")
    return [Table(title=f"What it can write as {role}", columns=columns, rows=rows, essential=True)]
