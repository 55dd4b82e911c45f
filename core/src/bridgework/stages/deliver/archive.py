"""The archive of what has no place in the destination: rows, and fields of rows that were moved, sealed per object."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from bridgework.errors import StopRun
from bridgework.mapping import Disposed, Mapped
from bridgework.mapping.values import is_empty
from bridgework.migration import Migration
from bridgework.model import SourceObject
from bridgework.project import make_archive_key
from bridgework.stages.deliver.package import PRIVATE, SHAREABLE, Package, file_name
from bridgework.stages.deliver.sealed import FORMAT, Sealer, opened

FOLDER: Final = "archive"
_BATCH: Final = 200

README: Final = """Archive of records without a place in the new system
====================================================

Each file here holds what one object of the old system had that the new one cannot hold:
whole rows ("kind": "row"), of rows that were moved, the fields that were not ("kind": "fields"), and texts ("kind":
"texts"): whole ones of fields that were too short for them, and what had no place in a field.
manifest.json lists every file with its rows, reasons and hashes.

The files are sealed. To open one on the machine where the migration was made:

    bridgework -C MIGRATION deliver --open-archive OBJECT --to FILE

The key is kept with the keys of the migration, not in this folder. To hand it over (keep it apart from this folder):

    bridgework -C MIGRATION deliver --export-archive-key FILE

Whoever has that file can open the archive with any program that knows the format.

Format
------
{format}

The content is one JSON object per line (UTF-8): kind, object, key (the row's id in the old system), rule, reason,
file and line of the export, sha256 of the row as staged, values (typed), and for whole rows source (the row exactly as
exported; "base64:" before it if it is not UTF-8).

In Python, with the package cryptography (the key's file is archive.key here):

    import base64, json, sys
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = base64.b64decode(open("archive.key").read())
    with open(sys.argv[1], "rb") as f:
        head = f.readline() + f.readline()
        facts = json.loads(head.split(b"\\n")[1])
        cipher = AESGCM(HKDF(SHA256(), 32, bytes.fromhex(facts["salt"]), b"bridgework archive").derive(key))
        size, n, chunk = facts["chunk"] + 16, 0, f.read(facts["chunk"] + 16)
        while chunk:
            following = f.read(size)
            nonce = bytes.fromhex(facts["prefix"]) + n.to_bytes(4, "big") + (b"\\0" if following else b"\\1")
            sys.stdout.buffer.write(cipher.decrypt(nonce, chunk, head))
            n, chunk = n + 1, following
"""


@dataclass
class Sealed:
    """What one file of the archive holds.

    `texts` counts records with texts that were cut. `fields` maps archived fields of moved rows to their reasons.
    """

    object: str
    file: str
    rows: int = 0
    partly: int = 0
    texts: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    fields: dict[str, str] = field(default_factory=dict)
    plain_sha256: str = ""
    plain_size: int = 0
    sha256: str = ""
    size: int = 0

    def as_json(self) -> dict[str, Any]:
        """For archive/manifest.json."""
        return {
            "object": self.object,
            "file": self.file,
            "rows": self.rows,
            "rows_with_archived_fields": self.partly,
            "records_with_archived_texts": self.texts,
            "reasons": dict(self.reasons),
            "archived_fields": self.fields,
            "content": {"sha256": self.plain_sha256, "size": self.plain_size},
            "sealed": {"sha256": self.sha256, "size": self.size},
        }


def write_archive(migration: Migration, package: Package) -> list[Sealed]:
    """Seal every object that has something to archive, open each file again to prove it, and write the manifest."""
    key = make_archive_key(migration.project.id)
    made = []
    for item in migration.staging.objects():
        if not item.absent and (sealed := _seal_object(migration, package, item, key)) is not None:
            made.append(sealed)
    manifest = {
        "format": 1,
        "migration": migration.project.id,
        "cipher": "AES-256-GCM in chunks, see README.txt",
        "objects": [each.as_json() for each in made],
    }
    package.json(f"{FOLDER}/manifest.json", manifest, "What the archive holds: rows, reasons, hashes", SHAREABLE)
    package.text(
        f"{FOLDER}/README.txt", README.format(format=FORMAT), "How the archive is opened, and its format", SHAREABLE
    )
    return made


def _seal_object(migration: Migration, package: Package, item: SourceObject, key: bytes) -> Sealed | None:
    lines = _lines(migration, item)
    first = next(lines, None)
    if first is None:
        return None
    sealed = Sealed(item.name, f"{FOLDER}/{file_name(item.name)}.ndjson")
    with package.file(sealed.file, "Sealed archive: what the new system cannot hold", PRIVATE) as out:
        sealer = Sealer(out.write, key, object_name=item.name, migration=migration.project.id)
        for line in _chained(first, lines):
            _count(sealed, line)
            sealer.write(orjson.dumps(line) + b"\n")
            out.rows += 1
            migration.progress.step(f"archive {item.name}")
        sealer.close()
    sealed.plain_sha256, sealed.plain_size = sealer.plain_sha256, sealer.plain_size
    sealed.sha256, sealed.size = package.files[-1].sha256, package.files[-1].size
    if sealed.partly:
        sealed.fields = _own_fields(migration, item)
    _prove(package.folder / sealed.file, key, sealed)
    return sealed


def _chained(first: dict[str, Any], rest: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _count(sealed: Sealed, line: dict[str, Any]) -> None:
    if line["kind"] == "row":
        sealed.rows += 1
        sealed.reasons[line["reason"]] += 1
    elif line["kind"] == "fields":
        sealed.partly += 1
    else:
        sealed.texts += 1


def _prove(path: Path, key: bytes, sealed: Sealed) -> None:
    """Open the file again: an archive that does not open is found now, not in ten years."""
    digest = sha256()
    with path.open("rb") as stream:
        for piece in opened(stream, key):
            digest.update(piece)
    if digest.hexdigest() != sealed.plain_sha256:
        raise StopRun(f"{sealed.file} does not open as it was written.", next_step="check the disk, then deliver again")


# ------------------------------------------------------------------------------------------ what is archived


def _lines(migration: Migration, item: SourceObject) -> Iterator[dict[str, Any]]:
    yield from _cut_texts(migration, item.name)
    yield from _rows(migration, item.name, _archived(migration, item.name))
    if fields := tuple(_own_fields(migration, item)):
        for disposition in ("loaded", "merged"):
            keys = (key for key, _, _ in migration.journal.rows_in(item.name, disposition))
            yield from _field_values(migration, item.name, fields, keys)


def _cut_texts(migration: Migration, object_name: str) -> Iterator[dict[str, Any]]:
    """Texts of records that stand in fields in part, or not at all; the survey saw of which rules there are any."""
    surveyed = migration.journal.last_event("surveyed")
    shortened = migration.plan.rules if surveyed is None else surveyed.payload.get("shortened", migration.plan.rules)
    for rule in migration.plan.rules.values():
        if rule.object != object_name or rule.kind != "target" or rule.inactive or rule.name not in shortened:
            continue
        for outcome in migration.plan.run(rule.name, migration.staging):
            if isinstance(outcome, Mapped) and outcome.cut:
                yield {
                    "kind": "texts",
                    "object": object_name,
                    "key": outcome.sources[0].key,
                    "rule": rule.name,
                    "values": dict(outcome.cut),
                }


def _own_fields(migration: Migration, item: SourceObject) -> dict[str, str]:
    """Archived fields with their reasons; without the key, and without the parts of a field that is archived whole."""
    fields = migration.plan.archived_fields(item.name)
    return {
        name: reason
        for name, reason in fields.items()
        if name not in item.key and not any(name.startswith(f"{other}.") for other in fields)
    }


def _archived(migration: Migration, object_name: str) -> Iterator[tuple[str, str, str]]:
    """(key, rule, reason) of rows that go into the archive whole: those of archive rules, and records that cannot be
    in the destination (documents that were not uploaded, dead letters)."""
    writing = set()
    for rule in migration.plan.rules.values():
        if rule.object != object_name or rule.inactive:
            continue
        if rule.kind == "target":
            writing.add(rule.name)
        elif rule.kind == "archive":
            for outcome in migration.plan.run(rule.name, migration.staging):
                if isinstance(outcome, Disposed):
                    yield outcome.key, rule.name, outcome.reason
    for disposition in ("archived", "rejected"):
        for key, rule_name, reason in migration.journal.rows_in(object_name, disposition):
            if rule_name in writing:
                yield key, rule_name, reason.removeprefix("archive: ") or disposition


def _rows(migration: Migration, object_name: str, wanted: Iterator[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    while batch := list(islice(wanted, _BATCH)):
        rows = migration.staging.many(object_name, [key for key, _, _ in batch])
        for key, rule, reason in batch:
            row = rows[key]
            yield {
                "kind": "row",
                "object": object_name,
                "key": key,
                "rule": rule,
                "reason": reason,
                "file": row.file,
                "line": row.line,
                "sha256": row.hash,
                "values": row.values,
                "source": _source_text(migration.staging.raw(object_name, key)),
            }


def _source_text(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"base64:{b64encode(raw).decode()}"


def _field_values(
    migration: Migration, object_name: str, fields: tuple[str, ...], keys: Iterator[str]
) -> Iterator[dict[str, Any]]:
    while batch := list(islice(keys, _BATCH)):
        rows = migration.staging.many(object_name, batch)
        for key in batch:
            row = rows[key]
            values = {name: value for name in fields if not is_empty(value := row.get(name))}
            if values:
                yield {
                    "kind": "fields",
                    "object": object_name,
                    "key": key,
                    "file": row.file,
                    "line": row.line,
                    "sha256": row.hash,
                    "values": values,
                }
