"""The keys of the stores, and what else is kept of a migration outside its folder."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bridgework.errors import SettingsError, StoreFailure
from bridgework.project.private import private_folder


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
