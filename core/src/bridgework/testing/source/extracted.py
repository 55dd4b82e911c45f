"""A source yields every row as it is, the same each time, as a stream, and leaves the export alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from bridgework.errors import BadInput
from bridgework.model import SourceRecord
from bridgework.stages.extract import extract
from bridgework.testing.source.bench import SourceBench, staged
from bridgework.testing.standards import Standards, fail, require, skip_unless

STANDARDS = Standards()
_CANONICAL = (str, int, bool, type(None))


@STANDARDS.required
def yields_what_it_describes(bench: SourceBench) -> None:
    """Rows hold the fields that are described, in canonical form, and no empty value where none may be."""
    for described, rows in bench.rows():
        top = {field.name.partition(".")[0] for field in described.fields}
        filled = [field.name for field in described.fields if not field.nullable and "." not in field.name]
        for row in rows:
            require(row.object == described.name, f"a row of {described.name} says that it is one of {row.object}.")
            unknown = set(row.values) - top
            require(not unknown, f"{described.name} yields {', '.join(sorted(unknown))}, which is not described.")
            strange = [name for name, value in row.values.items() if not _canonical(value)]
            require(not strange, f"{described.name}.{', '.join(strange)} is not in canonical form.")
            unreadable = {problem.field for problem in row.problems}
            missing = [name for name in filled if row.values.get(name) in (None, "") and name not in unreadable]
            require(not missing or not row.values, f"{described.name}.{', '.join(missing)} is empty and may not be.")


@STANDARDS.required
def names_each_row_once(bench: SourceBench) -> None:
    """Every row has a key, and no two rows of an object have the same."""
    for described, rows in bench.rows():
        keys = Counter(row.key for row in rows)
        require("" not in keys, f"a row of {described.name} has no key.")
        twice = sum(count > 1 for count in keys.values())
        require(not twice, f"{twice} keys of {described.name} name more than one row.")


@STANDARDS.required
def repeats_itself(bench: SourceBench) -> None:
    """Two extracts yield the same rows in the same order."""
    for (described, first), (_, again) in zip(bench.rows(), bench.rows(), strict=True):
        require(first == again, f"two extracts of {described.name} differ.")


@STANDARDS.required
def streams_its_rows(bench: SourceBench) -> None:
    """Rows come one by one: an export of any size fits into memory."""
    _, _, objects = bench.described()
    connector = bench.connector()
    connector.describe_source()
    for each in objects:
        rows = connector.extract(each.name, None)
        require(isinstance(rows, Iterator), f"`extract` gives a {type(rows).__name__} for {each.name}: yield the rows.")


@STANDARDS.required
def keeps_what_it_read(bench: SourceBench) -> None:
    """Each row carries the text it was read from, and its problems name fields and checks."""
    for described, rows in bench.rows():
        for row in rows:
            require(row.raw, f"a row of {described.name} carries no raw text.")
            nameless = [each for each in row.problems if not (each.check and each.reason)]
            require(not nameless, f"a problem of a row of {described.name} names no check or no reason.")


@STANDARDS.required
def counts_as_it_declares(bench: SourceBench) -> None:
    """Where a number of rows is declared, so many are yielded; absent objects yield none."""
    for described, rows in bench.rows():
        if described.rows is not None:
            require(
                len(rows) == described.rows, f"{described.name} declares {described.rows} rows and yields {len(rows)}."
            )


@STANDARDS.required
def leaves_the_export_alone(bench: SourceBench) -> None:
    """Describing and extracting change no file of the export."""
    path = Path(str(bench.subject.settings.get("path", "")))
    skip_unless(bench.subject.settings.get("path") and path.exists(), "the source reads no files under `path`")
    before = _fingerprints(path)
    for _ in bench.rows():
        pass
    require(_fingerprints(path) == before, "files of the export were changed while it was read.")


@STANDARDS.required
def is_staged_whole(bench: SourceBench) -> None:
    """The engine stages every row that is yielded; none is lost on the way."""
    yielded = {described.name: len(rows) for described, rows in bench.rows()}
    with staged(bench.subject, bench.folder / "migration") as migration:
        extract(migration)
        folded = migration.staging.folded()  # rows that say the same as another one live in that one
        for name, count in yielded.items():
            held = migration.staging.count(name) + folded.get(name, 0)
            require(held == count, f"of {count} rows of {name} {held} are staged.")


@STANDARDS.optional("changes since")
def yields_no_less_since(bench: SourceBench) -> None:
    """Since long ago all rows are yielded, since now rows that exist; a source that cannot tell yields all."""
    hooks, _, objects = bench.described()
    for each in objects:
        everything = _by_key(hooks.extract(each.name))
        long_ago = _by_key(hooks.extract(each.name, datetime(1900, 1, 1, tzinfo=UTC)))
        require(long_ago == everything, f"{each.name} since 1900 yields other rows than without a date.")
        lately = _by_key(hooks.extract(each.name, datetime.now(UTC) + timedelta(days=1)))
        require(lately.items() <= everything.items(), f"{each.name} since tomorrow yields rows that do not exist.")


@STANDARDS.optional("documents")
def opens_no_foreign_file(bench: SourceBench) -> None:
    """A document that is not there is None, and a path that leads out of the export is never opened."""
    connector = bench.connector()
    skip_unless(hasattr(type(connector), "open_file"), "the source has no documents")
    connector.describe_source()
    require(connector.open_file("no/such/document.pdf") is None, "a document that is not there is opened.")
    outside = bench.folder / "outside.txt"
    outside.write_text("not a document of the export", "utf-8")
    for ref in (str(outside), f"../{outside.name}", "../../../../../../../../etc/hostname", "a/../../b"):
        try:
            opened = connector.open_file(ref)
        except BadInput:
            continue
        if opened is not None:
            opened.stream.close()
            fail("a path that leads out of the export is opened.")


def _by_key(rows: Iterator[SourceRecord]) -> dict[str, bytes]:
    return {row.key: row.raw for row in rows}


def _canonical(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _canonical(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(_canonical, value))
    return isinstance(value, _CANONICAL)


def _fingerprints(path: Path) -> dict[str, str]:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return {str(each): sha256(each.read_bytes()).hexdigest() for each in files}
