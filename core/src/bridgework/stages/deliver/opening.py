"""Opening the sealed archive, and handing over its key."""

from __future__ import annotations

import os
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bridgework.errors import BadInput, UsageError
from bridgework.migration import Migration
from bridgework.project import load_keys
from bridgework.results import Result
from bridgework.stages.deliver.archive import FOLDER
from bridgework.stages.deliver.package import file_name
from bridgework.stages.deliver.sealed import opened


def open_archive(migration: Migration, object_name: str, to: Path) -> Result:
    """Write the content of one sealed file to `to` (0600). UsageError: no such file, no key; BadInput: damaged."""
    path = migration.project.package / FOLDER / f"{file_name(object_name)}.ndjson"
    if not path.exists():
        names = sorted(each.stem for each in path.parent.glob("*.ndjson")) if path.parent.exists() else []
        raise UsageError(
            f"The archive holds no {object_name}.",
            next_step=f"use one of {', '.join(names)}" if names else "bridgework deliver",
        )
    key = _archive_key(migration)
    size = 0
    with ExitStack() as stack:
        source = stack.enter_context(path.open("rb"))
        target = stack.enter_context(_new_file(to))
        for piece in opened(source, key):
            target.write(piece)
            size += len(piece)
    return migration.finished(
        "open-archive",
        data={"object": object_name, "bytes": size, "to": str(to)},
        message=f"{to} holds records of patients in plain text: delete it when you are done.",
        report="",
    )


def export_archive_key(migration: Migration, to: Path) -> Result:
    """Write the archive's key to a file (0600), base64. UsageError if there is none."""
    key = _archive_key(migration)
    with _new_file(to) as stream:
        stream.write(b64encode(key) + b"\n")
    migration.journal.event("archive_key_exported")
    return migration.finished(
        "export-archive-key",
        data={"to": str(to)},
        message=f"Whoever has {to} can open the archive: hand it over apart from the package.",
        report="",
    )


def _archive_key(migration: Migration) -> bytes:
    key = load_keys(migration.project.id).archive
    if key is None:
        raise UsageError(
            "There is no archive key: nothing was delivered, or it was purged.",
            next_step="bridgework deliver",
            cause="no_archive_key",
        )
    return key


def _new_file(path: Path) -> Any:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise UsageError(f"{path} exists already.", next_step="name a new file") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.", next_step="name another file") from error
