"""Settings as people write them: errors name the key and the nearest known one; secrets by reference."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bridgework.errors import SettingsError

CONFIG_FILE = "migration.toml"
REFERENCES = ("env", "file", "keyring")

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], data: Mapping[str, Any], *, section: str = "") -> Model:
    """Validate a section of migration.toml (or all of it); the error names the keys and never shows a value."""
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = "; ".join(_explain(model, section, item) for item in found)
        raise SettingsError(f"{CONFIG_FILE}: {problems}.", next_step=f"correct {CONFIG_FILE}") from None


def unknown_key(section: str, name: str, known: list[str]) -> str:
    """The sentence about a key nobody knows, with the nearest known one."""
    near = get_close_matches(name, known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{'.'.join(part for part in (section, name) if part)}: there is no such setting{hint}"


def connector_settings(
    model: type[Model], data: Mapping[str, Any], *, where: str, core_keys: tuple[str, ...] = ()
) -> Model:
    """A connector's settings with secrets resolved from their references."""
    known = model.model_fields
    values = {key: value for key, value in data.items() if key in known or key not in core_keys}
    for name in secret_names(model):
        if name in values:
            values[name] = resolve_secret(str(values[name]), key=f"{where}.{name}")
    return validated(model, values, section=where)


def still_missing(model: type[BaseModel], given: Mapping[str, Any]) -> list[str]:
    """Fields that have to be filled in yet: required ones, and those marked ``required_unless`` (a list of fields, in
    `json_schema_extra`) while none of these is given."""
    return [name for name, info in model.model_fields.items() if name not in given and _is_needed(info, given)]


def _is_needed(info: FieldInfo, given: Mapping[str, Any]) -> bool:
    extra = info.json_schema_extra
    others = extra.get("required_unless") if isinstance(extra, dict) else None
    return info.is_required() or (isinstance(others, list) and not any(other in given for other in others))


def check_given(
    model: type[BaseModel], given: Mapping[str, Any], *, where: str, name: str, core_keys: tuple[str, ...] = ()
) -> None:
    """Refuse, before anything is written, what can never become right: an unknown key, or a secret as plain text.

    `name` is the connector's. What is missing is no error here: it may be filled in later.
    """
    known = [*model.model_fields, *core_keys]
    for key in given:
        if key not in known:
            raise SettingsError(
                f"--set {unknown_key(where, key, known)}.", next_step=f"bridgework connectors {name} lists the settings"
            )
    for key in secret_names(model):
        if key in given:
            _kind_of(str(given[key]), key=f"{where}.{key}")


def secret_names(model: type[BaseModel]) -> list[str]:
    """The settings of a connector that are secrets."""
    return [
        name
        for name, info in model.model_fields.items()
        if info.annotation is SecretStr or SecretStr in get_args(info.annotation)
    ]


def _explain(model: type[BaseModel], section: str, item: ErrorDetails) -> str:
    place = [section, *(str(part) for part in item["loc"])]
    name = ".".join(part for part in place if part)
    if item["type"] == "extra_forbidden":
        outer = [part for part in place[:-1] if part]
        return unknown_key(".".join(outer), place[-1], _names_at(model, item["loc"][:-1]))
    if item["type"] == "missing":
        return f"{name}: is missing"
    reason = item["msg"].removeprefix("Value error, ").replace("Input should", "should", 1)
    return f"{name}: {reason[:1].lower()}{reason[1:]}" if name else reason


def _names_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    for part in place:
        info = model.model_fields.get(str(part))
        inner = info.annotation if info is not None else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


# ------------------------------------------------------------------------------------------ secrets


def resolve_secret(reference: str, *, key: str) -> str:
    """The secret behind `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`; a plain value is refused."""
    kind, rest = _kind_of(reference, key=key)
    if kind == "env":
        if not (value := os.environ.get(rest, "").strip()):
            raise SettingsError(f"{key}: the environment variable {rest} is not set.", next_step=f"export {rest}=…")
        return value
    if kind == "file":
        return _secret_file(Path(rest).expanduser(), key)
    return _secret_of_keyring(rest, key)


def _kind_of(reference: str, *, key: str) -> tuple[str, str]:
    kind, _, rest = reference.partition(":")
    if kind not in REFERENCES or not rest:
        raise SettingsError(
            f"{key}: secrets are given by reference, never as a value.", next_step=f'write {key} = "env:NAME"'
        )
    return kind, rest


def _secret_file(path: Path, key: str) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{key}: {path} cannot be read.", next_step="check the path") from None
    if mode & 0o077:
        raise SettingsError(f"{key}: {path} is readable by others.", next_step=f"chmod 600 {path}")
    if not text:
        raise SettingsError(f"{key}: {path} is empty.", next_step="write the secret into it")
    return text


def _secret_of_keyring(entry: str, key: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = entry.partition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError:
        raise SettingsError(
            f"{key}: this account has no keyring that can be read.",
            next_step=f'write {key} = "file:PATH" or "env:NAME"',
        ) from None
    if not value:
        raise SettingsError(f"{key}: the keyring has no entry {entry}.", next_step=f"keyring set {service} {user}")
    return value
