"""Uploaded files: kept until a record takes them, read through links that are signed anew each time."""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from bridgework_twenty_sandbox.answers import Record, Refused, Reply, bad
from bridgework_twenty_sandbox.bodies import LARGEST
from bridgework_twenty_sandbox.inspecting import inspect
from bridgework_twenty_sandbox.standard import new_id
from bridgework_twenty_sandbox.values import is_uuid
from bridgework_twenty_sandbox.workspace import Workspace

PATH = "/file/files-field/"
_VALID_S = 86_400


def upload(workspace: Workspace, field_id: Any, filename: str, content: bytes, base_url: str) -> Record:
    """``id``, ``path`` and ``url`` of a new file for a FILES field. Raises Refused."""
    field = workspace.fields.get(field_id) if isinstance(field_id, str) else None
    if field is None or field["type"] != "FILES":
        raise Refused(
            "Field metadata of the file was not found", graphql_code="INTERNAL_SERVER_ERROR", status=500, error="Error"
        )
    if len(content) > LARGEST:
        raise Refused(f"File truncated as it exceeds the {LARGEST} byte size limit.", error="Error")
    extension = PurePosixPath(filename).suffix
    file_id = new_id()
    path = f"files-field/{field['universalIdentifier']}/{file_id}{extension}"
    kept = {"id": file_id, "field": field_id, "extension": extension, "path": path, "size": len(content), "used": False}
    workspace.keep_upload(kept, content)
    return {"id": file_id, "path": path, "url": signed_url(workspace, file_id, base_url)}


def attached(workspace: Workspace, field: Mapping[str, Any], value: Any, before: Any) -> list[Record] | None:
    """The files of a record as stored. Raises Refused.

    A file belongs to one record: it is taken when the request succeeds (:func:`take`).
    """
    if value is None or value == []:
        return None
    name = field["name"]
    if not isinstance(value, list) or any(not isinstance(each, dict) for each in value):
        raise bad(
            f'Invalid value "{inspect(value)}" for FILES field "{name}" - It should be an array of objects with '
            '"fileId" and "label" properties.'
        )
    for number, each in enumerate(value):
        for key in ("fileId", "label"):
            if not isinstance(each.get(key), str):
                received = "undefined" if key not in each else _kind(each[key])
                raise bad(
                    f'Invalid value "{inspect(value)}" for FILES field "{name}" - {number}.{key}: '
                    f"Invalid input: expected string, received {received}"
                )
    most = (field.get("settings") or {}).get("maxNumberOfValues")
    if most is not None and len(value) > most:
        raise bad(f'Max number of files is {most} for field "{name}"')
    own = {each["fileId"] for each in before or ()}
    return [_one(workspace, field["id"], each, own) for each in value]


def _one(workspace: Workspace, field_id: str, value: Record, own: set[str]) -> Record:
    file_id = value["fileId"]
    kept = workspace.uploads.get(file_id.lower()) if is_uuid(file_id) else None
    if kept is None or kept["field"] != field_id:
        raise bad(f"File not found: {file_id}")
    if kept["used"] and kept["id"] not in own:
        raise bad(f"File {file_id} is already associated with a permanent files field")
    return {"label": value["label"], "fileId": kept["id"], "extension": kept["extension"]}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}[type(value)]


def take(workspace: Workspace, file_ids: list[str]) -> None:
    """Mark files as belonging to a record."""
    for file_id in file_ids:
        kept = workspace.uploads[file_id]
        if not kept["used"]:
            workspace.keep_upload({**kept, "used": True})


def shown(workspace: Workspace, files: list[Record] | None, base_url: str) -> list[Record] | None:
    if not files:
        return None
    return [{**each, "url": signed_url(workspace, each["fileId"], base_url)} for each in files]


def signed_url(workspace: Workspace, file_id: str, base_url: str) -> str:
    """A link that works for a day."""
    expires = int(workspace.now().timestamp()) + _VALID_S
    ticket = f"{expires}.{secrets.token_hex(6)}"
    return f"{base_url}{PATH}{file_id}?token={ticket}.{_signature(workspace, file_id, ticket)}"


def _signature(workspace: Workspace, file_id: str, ticket: str) -> str:
    return hmac.new(workspace.secret.encode(), f"{file_id} {ticket}".encode(), sha256).hexdigest()


def download(workspace: Workspace, file_id: str, token: str) -> Reply:
    ticket, _, signature = token.rpartition(".")
    expires = ticket.partition(".")[0]
    valid = hmac.compare_digest(signature.encode(), _signature(workspace, file_id, ticket).encode())
    if not valid or not expires.isdigit() or int(expires) <= workspace.now().timestamp():
        return Reply({"statusCode": 403, "messages": ["Invalid file token"], "error": "FORBIDDEN_EXCEPTION"}, 403)
    content = workspace.contents.get(file_id)
    if content is None:
        return Reply({"statusCode": 404, "messages": ["File not found"], "error": "NotFoundException"}, 404)
    return Reply(None, content=content, media_type="application/octet-stream")
