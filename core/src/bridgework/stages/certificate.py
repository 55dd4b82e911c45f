"""The certificate of a purge: what was destroyed, what is retained and why, what follows, what it cannot speak for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bridgework.migration import Migration, operator
from bridgework.reports.cells import code, count, words
from bridgework.reports.page import Note, Page, Table, Tile

CERTIFICATE: Final = "purge-certificate"
ARCHIVE: Final = "archive"


def certificate(migration: Migration) -> dict[str, Any]:
    """What went, in all attempts together; what stays, and why. Names, sizes and hashes, never values."""
    files: dict[tuple[str, str], dict[str, Any]] = {}
    keys: dict[str, None] = {}
    for event in migration.journal.events("purge_started"):
        files |= {(each["file"], each["sha256"]): each for each in event.payload["files"]}
        keys |= dict.fromkeys(event.payload["keys"])
    head = migration.journal.head()
    return {
        "format": 1,
        "stage": CERTIFICATE,
        "migration": migration.project.id,
        "practice": migration.practice,
        "at": migration.clock.now().isoformat(timespec="seconds"),
        "operator": operator(),
        "head": f"{head.seq}:{head.hash}",
        "destroyed": {
            "files": list(files.values()),
            "keys": [{"key": name, "from": _place(migration)} for name in keys],
        },
        "retained": _retained(migration),
        "consequences": [
            "Records this migration created can still be found and removed: bridgework rollback.",
            "Values it overwrote in records that were there before cannot be put back any more.",
            "Records that were never read back after they were written count as edited and are kept by a rollback.",
        ],
        "not_reached": [
            "The export itself: delete it where it lies, and in the old system's download folder.",
            "Copies that backups or file system snapshots of this folder hold. The staged data in them is unreadable "
            "without its key; copies of private/ and of exports are not.",
            "Files that were taken out of private/ or package/ before.",
        ],
    }


def _place(migration: Migration) -> str:
    return "the keyring" if "keyring" in migration.keys.place else "the key file"


def _retained(migration: Migration) -> list[dict[str, str]]:
    kept = [
        {
            "what": "journal.db",
            "why": "ids, hashes and events: what was created can be removed, what was done be proved",
        },
        {"what": "reports/", "why": "counts, reasons and keyed hashes; documentation is kept for six years"},
        {"what": "migration.toml, mapping.yaml", "why": "settings and mapping; no values of records, no secrets"},
    ]
    package = migration.project.package
    if package.exists():
        kept.append(
            {"what": "package/, shareable files", "why": "summary, audit log and way back; no values of records"}
        )
    if any((package / ARCHIVE).glob("*.ndjson")):
        kept.append({"what": "package/archive/", "why": "sealed; the practice decides how long records must be kept"})
        kept.append({"what": "the archive's key", "why": "opens the sealed archive; purge --archive-too destroys it"})
    return kept


def page(data: Mapping[str, Any]) -> Page:
    """The certificate to print and sign."""
    destroyed = data["destroyed"]
    files = tuple((words(each["file"]), count(each["size"]), code(each["sha256"])) for each in destroyed["files"])
    keys = tuple((words(each["key"]), words(each["from"])) for each in destroyed["keys"])
    retained = tuple((words(each["what"]), words(each["why"])) for each in data["retained"])
    return Page(
        stage="purge",
        title="Certificate of destruction",
        purpose="What held values of records was destroyed. The hashes are of the files as they were before.",
        verdict=f"{len(files)} files and {len(keys)} keys are destroyed.",
        subject=str(data["practice"]) or "Migration",
        tiles=(
            Tile("Files", str(len(files))),
            Tile("Bytes", f"{sum(each['size'] for each in destroyed['files']):,}"),
            Tile("Keys", str(len(keys))),
        ),
        sections=(
            Table(title="Keys that were destroyed", columns=("Key", "From"), rows=keys),
            Table(title="Files that were destroyed", columns=("File", "Bytes", "SHA-256"), rows=files),
            Table(title="What is retained, and why", columns=("What", "Why"), rows=retained),
            Note(title="What follows from it", lines=tuple(data["consequences"])),
            Note(title="What this certificate cannot speak for", lines=tuple(data["not_reached"]), tone="look"),
            Table(
                title="Signature",
                columns=("", "Name", "Date", "Signature"),
                rows=((words("Destroyed by"), words(data["operator"]), words(""), words("")),),
            ),
        ),
        facts=(("Made", str(data["at"])), ("Migration", data["migration"]), ("Journal", data["head"])),
    )
