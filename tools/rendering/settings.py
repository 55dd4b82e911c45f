"""Every setting of a migration, its plugins and the simulators."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bridgework import plugins, project
from bridgework.mapping import load_mapping
from rendering.markdown import NOTE, code, first_sentence, ours, plain, table, type_name

_HEAD = """# Settings

{note}

All settings of a migration stand in `migration.toml` in its folder. `bridgework init` writes it; you may
edit it by hand. A key that is unknown or wrong is refused with its name, never with its value.

Secrets are given by reference and never as a value: `env:NAME` (an environment variable), `file:PATH` (a
file that only you can read) or `keyring:SERVICE/USER` (the keyring of your account).

On the command line, `--set section.key=value` sets a key: `--set migration.currency=USD`."""


def settings() -> str:
    """Every key of migration.toml, of each source, destination and sandbox of this workspace."""
    parts = [_HEAD.format(note=NOTE), *_of_the_core(), *_of_the_plugins()]
    parts += ["", "## Settings of Pipedrive that need a word", "", plain(_SIGNING_IN), "", _visibility()]
    for plugin in ours("sandbox"):
        options: type[BaseModel] = plugins.load_class("sandbox", plugin.name).Options
        parts += ["", f"## Options of the sandbox {plugin.name}", ""]
        parts += [f"`bridgework sandbox {plugin.name} --OPTION …`; what they stand for is in each line.", ""]
        parts.append(table(("Option", "Type", "Default", "Meaning"), _options(options)))
    return "\n".join(parts).rstrip() + "\n"


def _of_the_core() -> Iterator[str]:
    sections: tuple[tuple[str, str, type[BaseModel]], ...] = (
        ("migration", "", project.MigrationSection),
        ("owners", "", project.OwnersSection),
        ("run", "", project.RunSection),
        ("destination", "settings of the core, for every destination", project.DestinationCore),
    )
    for name, about, each in sections:
        said = first_sentence(each.__doc__)
        said = said.partition("]: ")[2] or said
        yield from ("", f"## `[{name}]`" + (f": {about}" if about else ""), "", said[:1].upper() + said[1:], "")
        yield _settings_table(name, each)


def _of_the_plugins() -> Iterator[str]:
    for role in ("source", "destination"):
        for plugin in ours(role):
            each = plugins.settings_model(plugins.load_class(role, plugin.name))
            yield from ("", f"## `[{role}]`: the {role} {plugin.name}", "", plain(first_sentence(each.__doc__)), "")
            yield _settings_table(role, each)
    for plugin in ours("pair"):
        yield from ("", f"## `[migration.options]`: the pair {plugin.name}", "")
        yield from ("Switches of the pair's mapping, set under `[migration.options]` in `migration.toml`.", "")
        yield table(("Key", "Values", "Default", "Meaning"), _switches(plugin.name))


def _switches(pair: str) -> Iterator[tuple[str, ...]]:
    text = plugins.load_class("pair", pair)().mapping()
    for name, option in load_mapping([(pair, text)]).file.options.items():
        values = ", ".join(map(code, option.values))
        yield f"`migration.options.{name}`", values, code(option.default), option.about


_SIGNING_IN = """Either `api_token`, or the three settings of an OAuth app: `oauth_client_id`, `oauth_client_secret`
and `oauth_refresh_token`. All four are secrets, given by reference. How to get them and what differs:
[Pipedrive's limits](pipedrive-limits.md#signing-in)."""


def _visibility() -> str:
    from bridgework_pipedrive.limits import PLANS
    from bridgework_pipedrive.settings import visibility

    rows = [
        (facts.label, f"`{number}`", meaning)
        for name, facts in PLANS.items()
        for number, meaning in visibility(name).items()
    ]
    return "`visible_to` means different things on different plans:\n\n" + table(("Plan", "Value", "Who sees"), rows)


def _settings_table(section: str, each: type[BaseModel]) -> str:
    rows = [
        (f"`{section}.{name}`", type_name(info.annotation), _default(info), info.description or "")
        for name, info in each.model_fields.items()
    ]
    return table(("Key", "Type", "Default", "Meaning"), rows)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if value is None or value == "" or value in ([], {}, ()):
        return "empty"
    return code(value)


def _options(options: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, info in options.model_fields.items():
        flag = "--" + name.replace("_", "-")
        shown = f"`{flag}` / `--no-{flag[2:]}`" if info.annotation is bool else f"`{flag}`"
        yield shown, type_name(info.annotation), _default(info), info.description or ""
