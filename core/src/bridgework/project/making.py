"""A new migration folder, and its commented migration.toml."""

from __future__ import annotations

import re
import secrets
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from bridgework.errors import SettingsError
from bridgework.project.folder import Project, read_project
from bridgework.project.private import write_private
from bridgework.project.sections import ProjectFile, leaves
from bridgework.settings import CONFIG_FILE, validated

_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def command_for(folder: Path, command: str) -> str:
    """What to type for a migration in that folder, whatever its name."""
    return f"bridgework -C {shlex.quote(str(folder))} {command}"


def create_project(
    folder: Path, *, source: str, destination: str, pair: str, sections: Mapping[str, Mapping[str, Any]]
) -> Project:
    """Make a migration folder with a commented migration.toml from `read_sections`.

    SettingsError: the folder is taken, or cannot be made.
    """
    if (folder / CONFIG_FILE).exists():
        raise SettingsError(f"There is a migration in {folder} already.", next_step=command_for(folder, "status"))
    identity = "".join(secrets.choice(_ID_ALPHABET) for _ in range(6))
    sections = {name: dict(values) for name, values in sections.items()}
    if "id" in sections["migration"]:
        raise SettingsError(
            "--set migration.id: every migration gets an id of its own.", next_step="leave migration.id out"
        )
    sections["migration"] = {
        "id": identity,
        "source": source,
        "destination": destination,
        "pair": pair,
        **sections["migration"],
    }
    text = _toml(sections)
    validated(ProjectFile, tomllib.loads(text))
    try:
        for path in (folder, folder / "reports", folder / "private"):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o700)
    except OSError as error:
        raise SettingsError(
            f"The folder {folder} cannot be made: {error.strerror}.", next_step="name a folder that you may write to"
        ) from None
    write_private(folder / CONFIG_FILE, text.encode())
    return read_project(folder)


def read_sections(settings: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Dotted keys ("source.path") with text values, as sections of migration.toml. SettingsError: no such section."""
    sections: dict[str, dict[str, Any]] = {name: {} for name in ProjectFile.model_fields}
    for key, value in settings.items():
        section, _, name = key.partition(".")
        if section not in sections or not name:
            raise SettingsError(
                f"--set {key}: there is no such section.",
                next_step=f"use one of {', '.join(sections)}, as in source.path=…",
            )
        target = sections[section]
        *outer, last = name.split(".")
        for part in outer:
            target = target.setdefault(part, {})
            if not isinstance(target, dict):
                raise SettingsError(f"--set {key}: {part} is a value, not a table.", next_step="write it once")
        target[last] = _typed(value)
    return sections


def _typed(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})", text):
        return int(text)
    if re.fullmatch(r"-?[0-9]{1,12}\.[0-9]{1,12}", text):
        return float(text)
    return text


_COMMENTS = {
    "migration": "What is moved where. The id marks every record this migration makes: never change it.",
    "source": "Settings of the source connector: bridgework connectors {source}",
    "destination": "Settings of the destination connector: bridgework connectors {destination}\n"
    "# Secrets only by reference: env:NAME, file:PATH or keyring:SERVICE/USER.",
    "owners": "fallback = e-mail of the user who owns what nobody else can own.",
    "run": "workers = batches under way at the same time.",
}


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    names = sections["migration"]
    lines = ["# A Bridgework migration. Every key is described in docs/operators/settings.md.", ""]
    for section, values in sections.items():
        lines.append("# " + _COMMENTS[section].format(**names))
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items() if not isinstance(value, dict)]
        for key, value in values.items():
            if isinstance(value, dict):
                lines += [f"[{section}.{key}]", *(f"{k} = {_toml_value(v)}" for k, v in leaves(value))]
        lines.append("")
    return "\n".join(lines)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    # A TOML basic string escapes what JSON escapes.
    return orjson.dumps(str(value)).decode().replace("\x7f", "\\u007f")
