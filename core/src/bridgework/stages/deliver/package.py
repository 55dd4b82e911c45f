"""The package folder: every file private to its owner, counted and hashed, with its purpose and its class."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from bridgework.errors import StoreFailure
from bridgework.model import Value
from bridgework.stages.audit.spreadsheet import safe_cell

FileClass = Literal["shareable", "private"]
SHAREABLE: Final = "shareable"
PRIVATE: Final = "private"
_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_UNSAFE_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """One file of the package. `rows` is None where nothing is counted; `file` is its path within the package."""

    file: str
    purpose: str
    kind: FileClass
    rows: int | None
    size: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """For manifest.json and the report."""
        return {
            "file": self.file,
            "purpose": self.purpose,
            "class": self.kind,
            "rows": self.rows,
            "size": self.size,
            "sha256": self.sha256,
        }


class Out:
    """An open file that counts its rows and hashes what passes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._stream = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._digest = sha256()
        self.size = 0
        self.rows = 0

    def write(self, content: bytes) -> None:
        """Append bytes."""
        self._stream.write(content)
        self._digest.update(content)
        self.size += len(content)

    def close(self) -> str:
        """Flush and close; the SHA-256 of the whole file."""
        self._stream.close()
        return self._digest.hexdigest()


class CsvOut:
    """A CSV file people open in a spreadsheet program: no cell is a formula, UTF-8 with BOM, CRLF."""

    def __init__(self, out: Out, columns: Sequence[str]) -> None:
        self._out = out
        self._line = io.StringIO()
        self._writer = csv.writer(self._line, lineterminator="\r\n")
        out.write(b"\xef\xbb\xbf")
        self._put(columns)

    def row(self, cells: Iterable[Value]) -> None:
        """One line; values in canonical form."""
        self._put([cell_text(each) for each in cells])
        self._out.rows += 1

    def _put(self, cells: Iterable[str]) -> None:
        self._writer.writerow([each if _PLAIN_NUMBER.fullmatch(each) else safe_cell(each) for each in cells])
        self._out.write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()


class Package:
    """A package being made beside the present one; `publish` puts it in its place, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._final = folder
        self.folder = folder.with_name(folder.name + ".new")
        self.files: list[PackedFile] = []
        remove_folder(self.folder)
        self.folder.mkdir(mode=0o700)

    @contextmanager
    def file(self, name: str, purpose: str, kind: FileClass) -> Iterator[Out]:
        """A file to write bytes to; listed when it is complete."""
        out = Out(self.folder / name)
        try:
            yield out
        finally:
            digest = out.close()
        counted = out.rows or None
        packed = PackedFile(file=name, purpose=purpose, kind=kind, rows=counted, size=out.size, sha256=digest)
        self.files.append(packed)

    @contextmanager
    def table(self, name: str, columns: Sequence[str], purpose: str, kind: FileClass) -> Iterator[CsvOut]:
        """A CSV file."""
        with self.file(name, purpose, kind) as out:
            yield CsvOut(out, columns)
        self.files[-1] = replace(self.files[-1], rows=out.rows)

    def text(self, name: str, content: str | bytes, purpose: str, kind: FileClass) -> None:
        """A whole small file."""
        with self.file(name, purpose, kind) as out:
            out.write(content.encode() if isinstance(content, str) else content)

    def json(self, name: str, content: Any, purpose: str, kind: FileClass) -> None:
        """A JSON file, indented."""
        self.text(name, orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n", purpose, kind)

    def adopt(self, name: str, purpose: str, kind: FileClass) -> None:
        """List a file that somebody else wrote into the folder."""
        path = self.folder / name
        path.chmod(0o600)
        digest, size = hash_file(path)
        self.files.append(PackedFile(file=name, purpose=purpose, kind=kind, rows=None, size=size, sha256=digest))

    def publish(self) -> None:
        """Replace the package of an earlier delivery."""
        old = self._final.with_name(self._final.name + ".old")
        remove_folder(old)
        try:
            if self._final.exists():
                self._final.rename(old)
            self.folder.rename(self._final)
        except OSError as error:
            raise StoreFailure(f"{self._final} cannot be replaced.", next_step="check its rights") from error
        remove_folder(old)


def remove_folder(folder: Path) -> None:
    """Delete a folder of ours that an interrupted run may have left behind."""
    if folder.exists():
        shutil.rmtree(folder)


def hash_file(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file."""
    digest, size = sha256(), 0
    with path.open("rb") as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
            size += len(part)
    return digest.hexdigest(), size


def file_name(text: str) -> str:
    """A name made of what a mapping or a source says, safe on every file system."""
    plain = _UNSAFE_NAME.sub("-", text).strip("-.")[:80]
    return plain or "unnamed"


def cell_text(value: Value) -> str:
    """A canonical value as text for a cell: amounts and addresses by their value, lists joined, the rest as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if "amount" in value:
            return str(value["amount"])
        if "value" in value:
            return cell_text(value["value"])
        return orjson.dumps(value).decode()
    if isinstance(value, list):
        return "; ".join(cell_text(each) for each in value)
    return str(value)
