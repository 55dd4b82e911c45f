"""purge: destroy what holds values of records, prove it with a certificate, and keep the way back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from bridgework.errors import BridgeworkError, StoreFailure, UsageError
from bridgework.migration import Migration
from bridgework.project import destroy_archive_key, destroy_records_key, write_private
from bridgework.reports.markup import render
from bridgework.results import Result
from bridgework.stages.certificate import ARCHIVE, CERTIFICATE, certificate, page
from bridgework.stages.deliver.package import PRIVATE, hash_file
from bridgework.stages.rules import relations

_ZEROS: Final = bytes(1 << 20)
_SIDES: Final = ("", "-wal", "-shm")
Confirm = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Doomed:
    """A file that goes: its path within the migration's folder, and what it was."""

    file: str
    size: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """For the journal and the certificate."""
        return {"file": self.file, "size": self.size, "sha256": self.sha256}


def purge(
    migration: Migration,
    *,
    yes: bool = False,
    confirm: Confirm | None = None,
    archive_too: bool = False,
    without_delivery: bool = False,
) -> Result:
    """Delete records.db, private/ and the plain files of the package, and destroy the key of records.db.

    Without `yes`, `confirm` is asked; without that too, the result says what would go and waits. An interrupted purge
    goes on when it is called again; the archive may go later. UsageError: purged already, operations in doubt, or
    nothing delivered (unless `without_delivery`).
    """
    _check_state(migration, without_delivery, archive_too)
    files = list(_doomed(migration, archive_too))
    if not yes and not (confirm is not None and confirm(_question(files, archive_too))):
        return _waiting(migration, files, archive_too)
    keys = _keys(migration, archive_too)
    migration.journal.event(
        "purge_started",
        files=[each.as_json() for each in files],
        keys=keys,
        rules={name: [target, sorted(names)] for name, (target, names) in _relations(migration).items()},
    )
    _destroy(migration, files, archive_too)
    return _certified(migration)


# ------------------------------------------------------------------------------------------ before


def _check_state(migration: Migration, without_delivery: bool, archive_too: bool) -> None:
    started, purged = (migration.journal.last_event(kind) for kind in ("purge_started", "purged"))
    if started is not None and (purged is None or purged.seq < started.seq):
        return  # an interrupted purge goes on, whatever has changed since
    if migration.keys.records is None:
        if archive_too and migration.keys.archive is not None:
            return
        raise UsageError("This migration was purged already.", cause="purged", next_step="bridgework status")
    if next(migration.journal.in_doubt(), None) is not None:
        raise UsageError(
            "Operations are in doubt: settling them needs the staged data.",
            next_step="bridgework load, or: bridgework rollback",
            cause="in_doubt",
        )
    delivered, loaded = (migration.journal.last_event(kind) for kind in ("delivered", "loaded"))
    behind = delivered is None or (loaded is not None and delivered.seq < loaded.seq)
    if behind and not without_delivery:
        what = "Nothing was delivered yet" if loaded is None else "What was loaded last was not delivered"
        first = "" if loaded is None else "bridgework deliver, or: "
        raise UsageError(
            f"{what}: the archive and the exports would be lost.",
            next_step=f"{first}bridgework purge --without-delivery",
            cause="not_delivered",
        )


def _doomed(migration: Migration, archive_too: bool) -> Iterator[Doomed]:
    """Every file of ours that holds values of records."""
    project = migration.project
    paths = [project.records_file.with_name(project.records_file.name + side) for side in _SIDES]
    paths += _files(project.private)
    paths += _files(project.package.with_name("package.new"))
    paths += _files(project.package.with_name("package.old"))
    listed = _listed(project.package)
    for path in _files(project.package):
        name = path.relative_to(project.package).as_posix()
        sealed = name.startswith(f"{ARCHIVE}/")
        if listed.get(name) == PRIVATE and (archive_too or not sealed):
            paths.append(path)
    for path in paths:
        if path.is_file() or path.is_symlink():
            digest, size = ("", 0) if path.is_symlink() else hash_file(path)
            yield Doomed(path.relative_to(project.folder).as_posix(), size, digest)


def _keys(migration: Migration, archive_too: bool) -> list[str]:
    there = {"records": migration.keys.records, "archive": migration.keys.archive if archive_too else None}
    return [name for name, key in there.items() if key is not None]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())


def _listed(package: Path) -> dict[str, str]:
    """File → class, as the package's manifest says."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        manifest = orjson.loads((package / "manifest.json").read_bytes())
        return {each["file"]: each["class"] for each in manifest["files"]}
    return {}


def _question(files: Sequence[Doomed], archive_too: bool) -> str:
    sealed = " and the sealed archive with its key" if archive_too else ""
    return (
        f"{len(files)} files ({sum(each.size for each in files):,} bytes){sealed} and the key of the staged data will "
        "be destroyed. Overwritten values cannot be put back afterwards. Go on?"
    )


def _waiting(migration: Migration, files: Sequence[Doomed], archive_too: bool) -> Result:
    result = migration.finished(
        "purge",
        data={"files": [each.as_json() for each in files], "archive_too": archive_too},
        message=f"{len(files)} files would be destroyed; nothing was deleted.",
        next_=f"bridgework purge --yes{' --archive-too' if archive_too else ''}",
        report="",
    )
    return replace(result, state="waiting", cause="confirmation")


def _relations(migration: Migration) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Which rules depend on which: a rollback of one object needs it, and only the staged data can tell."""
    try:
        return relations(migration)
    except BridgeworkError:
        return {}  # a mapping that no longer compiles must not stop a purge; the whole can still be rolled back


# ------------------------------------------------------------------------------------------ destroying


def _destroy(migration: Migration, files: Sequence[Doomed], archive_too: bool) -> None:
    """The key first: from then on the staged data cannot be read, wherever copies of it lie."""
    migration.close_records()
    migration.forget_staging()
    destroy_records_key(migration.project.id)
    if archive_too:
        destroy_archive_key(migration.project.id)
    migration.keys = replace(migration.keys, records=None)
    encrypted = migration.project.records_file.name
    for each in files:
        _erase(migration.project.folder / each.file, overwrite=not each.file.startswith(encrypted))
    for folder in ("private", "package.new", "package.old"):
        _remove_empty(migration.project.folder / folder)


def _erase(path: Path, *, overwrite: bool) -> None:
    try:
        if overwrite and not path.is_symlink():
            with path.open("r+b") as stream:
                left = path.stat().st_size
                while left > 0:
                    left -= stream.write(_ZEROS[: min(left, len(_ZEROS))])
                stream.flush()
                os.fsync(stream.fileno())
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreFailure(f"{path} cannot be deleted: {error.strerror}.", next_step="bridgework purge --yes") from None


def _remove_empty(folder: Path) -> None:
    if folder.exists():
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir()
        folder.rmdir()


# ------------------------------------------------------------------------------------------ certificate


def _certified(migration: Migration) -> Result:
    data = certificate(migration)
    content = orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n"
    reports = migration.project.reports
    write_private(reports / f"{CERTIFICATE}.json", content)
    write_private(reports / f"{CERTIFICATE}.html", render(page(data)).encode())
    migration.journal.event("purged", certificate=sha256(content).hexdigest(), files=len(data["destroyed"]["files"]))
    return migration.finished(
        "purge",
        data={
            "destroyed": data["destroyed"],
            "retained": data["retained"],
            "certificate": f"reports/{CERTIFICATE}.html",
        },
        message=f"{len(data['destroyed']['files'])} files and {len(data['destroyed']['keys'])} keys are destroyed.",
        next_="bridgework status",
        report="",
    )
