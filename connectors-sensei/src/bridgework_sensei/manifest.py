"""``manifest.json`` of a ``sensei-export``: its model, and the proof that the files are the ones it lists."""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bridgework.errors import BadInput
from bridgework.files import LONGEST_LINE, Archive, parse_json

MANIFEST = "manifest.json"
_LARGEST = 16 << 20
_AGAIN = "export again, or copy the whole export again"


def _aware(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not an instant") from None
    if moment.tzinfo is None:
        raise ValueError("has no zone; it must be UTC")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone of the IANA list") from None
    return text


class Practice(BaseModel):
    """Whose export it is."""

    model_config = ConfigDict(extra="allow")
    tenantId: Annotated[str, Field(min_length=1)]
    name: str
    timeZone: Annotated[str, AfterValidator(_zone)]
    toothNumbering: Literal["universal", "fdi", "palmer"] = "universal"


class ExportedFile(BaseModel):
    """One file of the export. `rows` counts data rows only: no titles, heading or total."""

    model_config = ConfigDict(extra="allow")
    object: Annotated[str, Field(min_length=1)]
    path: Annotated[str, Field(min_length=1)]
    format: Literal["ndjson", "csv"]
    encoding: str = ""
    rows: Annotated[int, Field(ge=0, strict=True)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class Omitted(BaseModel):
    """An object that is not in the export, as the exporter says."""

    model_config = ConfigDict(extra="allow")
    object: str
    reason: str = ""


class ManifestFile(BaseModel):
    """The file as written."""

    model_config = ConfigDict(extra="allow")
    format: Literal["sensei-export"]
    formatVersion: Literal["1.0"]
    mode: Literal["full", "delta"]
    since: Annotated[str, AfterValidator(_aware)] | None = None
    generatedAt: Annotated[str, AfterValidator(_aware)]
    practice: Practice
    files: list[ExportedFile]
    omitted: list[Omitted] = []


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that was read. `fingerprint` is the hash of its bytes."""

    file: ManifestFile
    raw: bytes
    fingerprint: str

    @property
    def generated_at(self) -> datetime:
        """When the export was made, UTC."""
        return datetime.fromisoformat(self.file.generatedAt).astimezone(UTC)

    def entry(self, name: str) -> ExportedFile | None:
        """The file of an object, None if the export has none."""
        return next((entry for entry in self.file.files if entry.object == name), None)


def rooted(archive: Archive) -> Archive:
    """The archive, or the one folder in it that holds the manifest: people zip the folder, not its content."""
    if MANIFEST in archive:
        return archive
    holders = {
        name.partition("/")[0] for name in archive.names() if name.count("/") == 1 and name.endswith(f"/{MANIFEST}")
    }
    holders.discard("__MACOSX")
    if len(holders) == 1:
        return archive.inside(holders.pop())
    raise BadInput(
        f"There is no {MANIFEST} in {archive.label}: it is not a Sensei Cloud export.",
        next_step="name the folder or zip file of the export itself",
        cause="missing_file",
    )


def read_manifest(archive: Archive) -> Manifest:
    """Read and check the manifest. BadInput names the part that is wrong."""
    with archive.open(MANIFEST) as stream:
        raw = stream.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise BadInput(f"{MANIFEST} is larger than {_LARGEST >> 20} MiB.", next_step=_AGAIN)
    try:
        data = parse_json(raw.decode("utf-8-sig"))
        _refuse_other_version(data)
        file = ManifestFile.model_validate(data)
    except ValidationError as error:
        raise BadInput(f"{MANIFEST} is not as sensei-export 1.0 says: {_reasons(error)}.", next_step=_AGAIN) from None
    except ValueError as error:
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise BadInput(f"{MANIFEST} {reason}.", next_step=_AGAIN) from None
    _refuse_doubles(file.files)
    return Manifest(file, raw, hashlib.sha256(raw).hexdigest())


def _refuse_other_version(data: Any) -> None:
    if not isinstance(data, dict) or data.get("format") != "sensei-export":
        return
    version = data.get("formatVersion")
    if isinstance(version, str) and version != "1.0":
        shown = f"version {version}" if re.fullmatch(r"[0-9.]{1,12}", version) else "another version"
        raise BadInput(
            f"{MANIFEST} is of {shown} of sensei-export; this connector reads version 1.0.",
            next_step="export in version 1.0, or install a connector that reads the other one",
        )


def _reasons(error: ValidationError) -> str:
    shown = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    return "; ".join(f"{_place(item['loc'])}: {_plain(item['msg'])}" for item in shown)


def _place(location: Sequence[Any]) -> str:
    return ".".join(str(part) for part in location) or "the file"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _refuse_doubles(files: Sequence[ExportedFile]) -> None:
    for what, names in (
        ("object", [entry.object for entry in files]),
        ("file", [entry.path for entry in files]),
    ):
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise BadInput(f"{MANIFEST} lists the {what} {doubled[0]} twice.", next_step=_AGAIN)


def verify(entry: ExportedFile, rows: int, sha256: str) -> None:
    """Compare what was found with what the manifest says. BadInput names the file and both figures."""
    wrong_hash = sha256 != entry.sha256.lower()
    if rows != entry.rows:
        also = ", and its content hash differs" if wrong_hash else ""
        raise BadInput(
            f"{entry.path} has {rows} rows where {MANIFEST} says {entry.rows}{also}.",
            next_step=_AGAIN,
            cause="incomplete",
        )
    if wrong_hash:
        raise BadInput(
            f"{entry.path} is not the file that {MANIFEST} lists: its content hash differs.",
            next_step=f"{_AGAIN}; do not open its files in other programs",
            cause="changed",
        )


def census(archive: Archive, entry: ExportedFile) -> tuple[int, str]:
    """Filled rows and hash of an NDJSON file, in one pass. BadInput: it ends in the middle of a record."""
    rows, made, line = 0, hashlib.sha256(), b""
    with archive.open(entry.path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b"")):
            made.update(line)
            if not number:
                line = line.removeprefix(BOM_UTF8)
            rows += bool(line.strip())
    if line.strip() and not line.endswith(b"\n"):
        _refuse_half_record(entry, line)
    return rows, made.hexdigest()


def _refuse_half_record(entry: ExportedFile, line: bytes) -> None:
    try:
        parse_json(line.decode("utf-8"))
    except ValueError:
        raise BadInput(
            f"{entry.path} is incomplete: it ends in the middle of a record.", next_step=_AGAIN, cause="incomplete"
        ) from None
