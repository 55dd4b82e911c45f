"""Documents of the source: what is really there, and whether it can be uploaded."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import IO

from bridgework.errors import BadInput
from bridgework.mapping import MappedFile
from bridgework.model import FileContent, SourceFile, Value

BLOCK = 1 << 20  # bytes read at once


class Documents:
    """The documents of one export. Each is read once per command to prove it, and once more to upload it."""

    def __init__(self, open_file: Callable[[str], SourceFile | None], largest: int | None) -> None:
        self._open_file = open_file
        self._largest = largest
        self._problems: dict[str, str] = {}

    def problem(self, file: MappedFile) -> str:
        """Why a document cannot be uploaded, empty if it can. What is printed is printed when it is uploaded."""
        if file.sheet is not None:
            return ""
        if file.path not in self._problems:
            self._problems[file.path] = self._examine(file)
        return self._problems[file.path]

    def _examine(self, file: MappedFile) -> str:
        try:
            content = self.content(file)
        except BadInput:  # one bad name or damaged file is no reason to leave everything else
            return "the document cannot be read in the export"
        if content is None:
            return "the document is missing in the export"
        if file.sha256 and content.sha256 != file.sha256.lower():
            return "the document is not the one the export lists: its hash differs"
        too_large = self._largest is not None and content.size > self._largest
        return "the document is larger than the destination takes" if too_large else ""

    def content(self, file: MappedFile) -> FileContent | None:
        """A document with the hash of what is really there; None if it is missing."""
        if file.sheet is not None:
            return _printed(file.name, file.sheet())
        found = self._open_file(file.path)
        if found is None:
            return None
        digest, size = sha256(), 0
        with found.stream as stream:
            while part := stream.read(BLOCK):
                digest.update(part)
                size += len(part)
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return FileContent(
            name=file.name,
            size=size,
            sha256=digest.hexdigest(),
            media_type=media_type,
            open=lambda: self._again(file.path),
        )

    def _again(self, path: str) -> IO[bytes]:
        again = self._open_file(path)
        if again is None:
            raise BadInput("A document disappeared from the export while it was read.", next_step="extract again")
        return again.stream


def _printed(name: str, sheet: Value) -> FileContent:
    from bridgework.reports import sheet_pdf

    made = sheet_pdf(sheet if isinstance(sheet, Mapping) else {})
    return FileContent(
        name=name,
        size=len(made),
        sha256=sha256(made).hexdigest(),
        media_type="application/pdf",
        open=lambda: io.BytesIO(made),
    )
