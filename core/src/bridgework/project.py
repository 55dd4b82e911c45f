"""A migration folder: migration.toml and its models, where things lie, and the keys of the stores."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bridgework.errors import SettingsError, StoreFailure
from bridgework.settings import CONFIG_FILE, validated

_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CORE_DESTINATION_KEYS = ("share", "day_share", "reserve", "horizon", "sandbox_token")
PROPOSED = "proposed"  # the pair of a migration whose mapping no plugin brings


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MigrationSection(_Section):
    """[migration]: what is moved where."""

    id: str = Field(pattern=r"^[a-z0-9]{6}$", description="six characters that mark every record of this migration")
    source: str = Field(description="name of the source connector")
    destination: str = Field(description="name of the destination connector")
    pair: str = Field(
        default="",
        description="name of the pair; default: <source>-<destination>; proposed: none, plan writes a mapping",
    )
    extensions: list[str] = Field(default=[], description="further extensions to load, beside those the pair requires")
    currency: str = Field(default="", description="currency of all amounts, three letters (required)")
    cutover: datetime | None = Field(default=None, description="instant that divides past from future")
    options: dict[str, Any] = Field(default={}, description="options of the pair's mapping")

    @field_validator("options")
    @classmethod
    def _named_with_dots(cls, value: dict[str, Any]) -> dict[str, Any]:
        """TOML reads ``ledger.pdf = true`` as a table; the option is called ``ledger.pdf``."""
        return dict(_leaves(value))

    @field_validator("currency")
    @classmethod
    def _three_letters(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{3}", value):
            raise ValueError("must be a three-letter currency code such as USD")
        return value

    @field_validator("cutover")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("must carry a zone, for example 2026-11-01T18:00:00Z")
        return value


def _leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


class OwnersSection(_Section):
    """[owners]: who owns records whose responsible person has no user."""

    fallback: str = Field(default="", description="e-mail of the user who owns what nobody else can own")


class RunSection(_Section):
    """[run]: pace and width of a run."""

    speed: float = Field(default=1.0, gt=0, description="how much faster time runs; only with a sandbox")
    workers: int = Field(default=4, ge=1, le=32, description="batches under way at the same time")


class DestinationCore(_Section):
    """The settings under [destination] that belong to the core, not to the connector."""

    share: float = Field(default=0.5, gt=0, le=1, description="share of a burst window this migration may use")
    day_share: float = Field(default=1.0, gt=0, le=1, description="share of a day budget this migration may use")
    reserve: float = Field(default=0.1, ge=0, lt=1, description="part of a day budget kept for settling doubt")
    horizon: float | None = Field(
        default=None,
        ge=0,
        description="seconds after which a lost write cannot surface any more; at least a request's time and 120",
    )
    sandbox_token: str = Field(default="", description="token printed by a sandbox; proves that this is one")


class ProjectFile(_Section):
    """The whole of migration.toml."""

    migration: MigrationSection
    source: dict[str, Any] = {}
    destination: dict[str, Any] = {}
    owners: OwnersSection = OwnersSection()
    run: RunSection = RunSection()


@dataclass(frozen=True)
class Project:
    """A migration folder that has been read and checked."""

    folder: Path
    file: ProjectFile
    destination_core: DestinationCore

    @property
    def id(self) -> str:
        return self.file.migration.id

    @property
    def pair(self) -> str:
        migration = self.file.migration
        return migration.pair or f"{migration.source}-{migration.destination}"

    @property
    def has_pair(self) -> bool:
        """Whether a plugin brings the mapping; else the migration's own is all there is."""
        return self.pair != PROPOSED

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def private(self) -> Path:
        return self.folder / "private"

    @property
    def package(self) -> Path:
        return self.folder / "package"

    @property
    def records_file(self) -> Path:
        return self.folder / "records.db"

    @property
    def journal_file(self) -> Path:
        return self.folder / "journal.db"

    @property
    def mapping_file(self) -> Path:
        return self.folder / "mapping.yaml"

    @property
    def decisions_file(self) -> Path:
        return self.private / "decisions.csv"

    @property
    def owners_file(self) -> Path:
        return self.private / "owners.csv"

    def typed(self, path: Path) -> Path:
        """A file as a person named it: from where they stand, or else from the folder of the migration."""
        return path if path.exists() else self.folder / path


def read_project(folder: Path) -> Project:
    """Read and check migration.toml. SettingsError names file, key and reason."""
    path = folder / CONFIG_FILE
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no {CONFIG_FILE} in {folder}.", next_step="bridgework init DIR --source S --destination D"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else f"not valid TOML: {error}"
        raise SettingsError(f"{path}: {reason}.", next_step=f"correct {CONFIG_FILE}") from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}.", next_step="check its owner and rights"
        ) from None
    file = validated(ProjectFile, data)
    core = {key: file.destination[key] for key in CORE_DESTINATION_KEYS if key in file.destination}
    return Project(folder, file, validated(DestinationCore, core, section="destination"))


# ------------------------------------------------------------------------------------------ keys


@dataclass(frozen=True)
class Keys:
    """The keys of a migration: one per store, one for keyed hashes in shareable reports, one for the archive.

    `place` says where they are kept. The archive's key is made by the first delivery and may outlive the staged data.
    """

    journal: bytes
    records: bytes | None  # None after purge
    hashing: bytes
    place: str
    archive: bytes | None = None


def config_folder() -> Path:
    """The user's configuration folder for Bridgework, never inside a migration."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "bridgework"


def state_folder(migration: str) -> Path:
    """Where a little is kept of a migration outside its folder: a lock, the newest head of its journal."""
    return config_folder() / "migrations" / migration


def make_keys(migration: str) -> Keys:
    """Make and keep the keys of a new migration: in the OS keyring, else in a 0600 file of the user."""
    if _kept(migration)[0] is not None:
        raise SettingsError(
            f"The keys of a migration {migration} are on this machine already.",
            next_step="leave migration.id out: every migration gets an id of its own",
        )
    material = {name: secrets.token_bytes(32) for name in ("journal", "records", "hashing")}
    place = _keep(migration, {name: base64.b64encode(value).decode() for name, value in material.items()})
    return Keys(material["journal"], material["records"], material["hashing"], place)


def load_keys(migration: str) -> Keys:
    """The kept keys of a migration. StoreFailure if they are not on this machine."""
    kept, place = _kept(migration)
    if kept is None:
        raise StoreFailure(
            f"The keys of migration {migration} are not on this machine ({place}).",
            next_step="work on the machine and account where this migration was made, or bring its key file",
        )
    try:
        read = {name: base64.b64decode(value, validate=True) for name, value in kept.items()}
        return Keys(read["journal"], read.get("records"), read["hashing"], place, read.get("archive"))
    except (KeyError, TypeError, ValueError):
        raise _damaged_keys(migration, place) from None


def _damaged_keys(migration: str, place: str) -> StoreFailure:
    return StoreFailure(
        f"The keys of migration {migration} cannot be read ({place}).", next_step="restore the key file from a backup"
    )


def make_archive_key(migration: str) -> bytes:
    """The key of the delivered archive, kept beside the others; made if there is none yet."""
    keys = load_keys(migration)
    if keys.archive is not None:
        return keys.archive
    kept, _ = _kept(migration)
    key = secrets.token_bytes(32)
    _keep(migration, {**(kept or {}), "archive": base64.b64encode(key).decode()})
    return key


def destroy_records_key(migration: str) -> None:
    """Forget the key of records.db: what it held can no longer be read."""
    _destroy_key(migration, "records")


def destroy_archive_key(migration: str) -> None:
    """Forget the key of the delivered archive."""
    _destroy_key(migration, "archive")


def kept_logins(migration: str) -> dict[str, str]:
    """The refresh tokens kept beside the keys, each under the hash of the one it goes back to."""
    return _kept(f"{migration}.logins")[0] or {}


def keep_logins(migration: str, tokens: dict[str, str]) -> None:
    """Keep these and no others. StoreFailure if they cannot be kept."""
    from keyring.errors import KeyringError

    try:
        _keep(f"{migration}.logins", tokens)
    except (OSError, KeyringError):
        raise StoreFailure(
            "A new refresh token could not be kept beside the keys of the migration.",
            next_step="free space, sign in anew and set the new refresh token, then run again",
        ) from None


def _destroy_key(migration: str, name: str) -> None:
    kept, _ = _kept(migration)
    if kept is not None and kept.pop(name, None) is not None:
        _keep(migration, kept)


def _key_file(migration: str) -> Path:
    return config_folder() / "keys" / f"{migration}.json"


def _os_keyring() -> Any:
    import keyring
    from keyring.backends import fail

    backend = keyring.get_keyring()
    return None if isinstance(backend, fail.Keyring) or backend.priority < 1 else backend


def _keep(migration: str, values: dict[str, str]) -> str:
    if (backend := _os_keyring()) is not None:
        backend.set_password("bridgework", migration, orjson.dumps(values).decode())
        return f"the keyring of this account (bridgework/{migration})"
    path = _key_file(migration)
    private_folder(path.parent)
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(orjson.dumps(values))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    return str(path)


def _kept(migration: str) -> tuple[dict[str, str] | None, str]:
    text, place = _kept_text(migration)
    if text is None:
        return None, place
    try:
        kept = orjson.loads(text)
    except ValueError:
        raise _damaged_keys(migration, place) from None
    if not isinstance(kept, dict):
        raise _damaged_keys(migration, place)
    return kept, place


def _kept_text(migration: str) -> tuple[bytes | str | None, str]:
    path = _key_file(migration)
    if path.exists():
        try:
            return path.read_bytes(), str(path)
        except OSError:
            raise _damaged_keys(migration, str(path)) from None
    if (backend := _os_keyring()) is not None and (text := backend.get_password("bridgework", migration)):
        return text, f"the keyring of this account (bridgework/{migration})"
    return None, str(path)


# ------------------------------------------------------------------------------------------ init


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


def private_folder(path: Path) -> None:
    """Make a folder with mode 0700 if it is missing, and with the same mode whatever is missing above it."""
    if not path.exists():
        private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600, whole or not at all."""
    private_folder(path.parent)
    temporary = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreFailure(
            f"{path} cannot be written: {error.strerror}.", next_step="free space or rights, then run again"
        ) from error


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
                lines += [f"[{section}.{key}]", *(f"{k} = {_toml_value(v)}" for k, v in _leaves(value))]
        lines.append("")
    return "\n".join(lines)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    # A TOML basic string escapes what JSON escapes.
    return orjson.dumps(str(value)).decode().replace("\x7f", "\\u007f")
