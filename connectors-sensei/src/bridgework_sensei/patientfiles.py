"""Rows of patient files, with what the export really holds of each file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from bridgework.errors import BadInput
from bridgework.files import Archive
from bridgework.model import Problem, SourceRecord

STATE: Final = "fileState"  # a field the rows do not have themselves: absent where the file is as listed
MISSING, CHANGED = "missing", "changed"
_SAID: Final = {
    MISSING: "names a file that is not in the export",
    CHANGED: "names a file whose content is not the one listed",
}


def proved(archive: Archive, rows: Iterable[SourceRecord]) -> Iterator[SourceRecord]:
    """The same rows; one whose file is missing or another than the one listed says so, and has a problem (DOC-01)."""
    for row in rows:
        state = _state(archive, str(row.values.get("path") or ""), str(row.values.get("sha256") or ""))
        if not state or not row.values:
            yield row
            continue
        problem = Problem("path", "DOC-01", _SAID[state])
        yield replace(row, values={**row.values, STATE: state}, problems=(*row.problems, problem))


def _state(archive: Archive, path: str, sha256: str) -> str:
    try:
        if not path or archive.size(path) is None:
            return MISSING
        return CHANGED if sha256 and archive.sha256(path) != sha256.lower() else ""
    except BadInput:  # a name that leads elsewhere, or a file that cannot be read
        return MISSING
