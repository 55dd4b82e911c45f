"""Documents: the file first, which nobody sees, then its attachment. One file belongs to one attachment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bridgework.errors import SchemaDrift
from bridgework.model import Operation, Rejected
from bridgework_twenty import refusals
from bridgework_twenty.catalogue import Catalogue

if TYPE_CHECKING:
    from bridgework.client import ApiClient

METADATA = "/metadata"
_UPLOAD = (
    "mutation($file: Upload!, $field: String!) "
    "{ uploadFilesFieldFile(file: $file, fieldMetadataId: $field) { id path url } }"
)
_CATEGORIES = (
    ("image/", "IMAGE"),
    ("audio/", "AUDIO"),
    ("video/", "VIDEO"),
    ("text/csv", "SPREADSHEET"),
    ("application/vnd.ms-excel", "SPREADSHEET"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "SPREADSHEET"),
    ("application/vnd.ms-powerpoint", "PRESENTATION"),
    ("application/vnd.openxmlformats-officedocument.presentationml", "PRESENTATION"),
    ("application/zip", "ARCHIVE"),
    ("application/gzip", "ARCHIVE"),
    ("text/", "TEXT_DOCUMENT"),
    ("application/pdf", "TEXT_DOCUMENT"),
    ("application/msword", "TEXT_DOCUMENT"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "TEXT_DOCUMENT"),
)


class Uploader:
    """Uploads files to the file field of attachments."""

    def __init__(self, api: ApiClient, catalogue: Catalogue) -> None:
        self._api, self._catalogue = api, catalogue

    def upload(self, operation: Operation) -> dict[str, Any] | Rejected:
        """Upload a file; gives what the attachment says about it. SchemaDrift without the field for files."""
        assert operation.file is not None
        file = operation.file
        asked = {"query": _UPLOAD, "variables": {"file": None, "field": self._field(operation.object)}}
        form = {"operations": json.dumps(asked), "map": json.dumps({"0": ["variables.file"]})}
        with file.open() as stream:
            parts = {"0": (file.name, stream, file.media_type or "application/octet-stream")}
            answer = self._api.send("POST", METADATA, data=form, files=parts, prepares=True)
        if not answer.ok:
            if (error := refusals.denied(answer, (operation.number,), "uploading files")) is not None:
                raise error
            return Rejected(operation.number, f"the file was refused: {refusals.reason(answer)}")
        data = answer.json.get("data") if isinstance(answer.json, dict) else None
        made = data.get("uploadFilesFieldFile") if isinstance(data, dict) else None
        if not isinstance(made, dict) or not made.get("id"):
            return Rejected(operation.number, "the file was taken without being named")
        return {
            "name": file.name,
            "file": [{"fileId": str(made["id"]), "label": file.name}],
            "fileCategory": category(file.media_type),
        }

    def _field(self, object_name: str) -> str:
        for row in self._catalogue.kind(object_name).rows:
            if row["name"] == "file" and row["type"] == "FILES":
                return str(row["id"])
        raise SchemaDrift(
            f"The object {object_name} has no field for files.",
            next_step="a server of version 2.21 or later is needed; update it, then run the same command again",
        )


def category(media_type: str) -> str:
    """The server does not look at the file: an attachment without a category stays OTHER."""
    return next((name for start, name in _CATEGORIES if media_type.startswith(start)), "OTHER")
