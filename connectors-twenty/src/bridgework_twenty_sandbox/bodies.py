"""Bodies of requests as the server's HTTP framework reads them, before anything else is looked at."""

import json
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from bridgework_twenty_sandbox.answers import Refused

LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    filename: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """``value`` is the JSON of the body; nothing counts as an empty object. ``files`` belong to a form."""

    value: Any = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)


async def read(request: Request) -> Body:
    """Raises Refused."""
    raw = await request.body()
    kind = media_type(request.headers.get("content-type", ""))
    if len(raw) > LARGEST and kind != "multipart/form-data":
        raise Refused("request entity too large", status=500, body="request entity too large")
    if kind == "multipart/form-data":
        return await _form(request)
    if kind != "application/json" or not raw:
        return Body()
    return Body(_json(raw))


def media_type(header: str) -> str:
    message = Message()
    message["content-type"] = header
    return message.get_content_type() if header else ""


async def _form(request: Request) -> Body:
    form: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    try:
        async with request.form(max_files=100, max_fields=100, max_part_size=LARGEST) as parts:
            for name, value in parts.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(value.filename or "", await value.read())
                else:
                    form[name] = value
    except MultiPartException:
        raise _malformed("Malformed part header") from None
    return Body({}, form, uploads)


def _json(raw: bytes) -> Any:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _malformed(_complaint(raw)) from None
    if not isinstance(value, (dict, list)):
        text = raw.decode("utf-8", "replace").strip()
        raise _malformed(f"Unexpected token '{text[:1]}', \"{text[:20]}\" is not valid JSON")
    return value


def _malformed(message: str) -> Refused:
    return Refused(message, body={"message": message, "error": "Bad Request", "statusCode": 400})


def _complaint(raw: bytes) -> str:
    """What the JSON reader of the server says."""
    text = raw.decode("utf-8", "replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        place = f"in JSON at position {error.pos} (line {error.lineno} column {error.colno})"
        if error.msg.startswith("Expecting property name"):
            return f"Expected property name or '}}' {place}"
        if error.msg.startswith("Expecting ','"):
            return f"Expected ',' or '}}' after property value {place}"
        if error.pos >= len(text.rstrip()):
            return "Unexpected end of JSON input"
        return f"Unexpected token '{text[error.pos]}' {place}"
    except ValueError:
        pass
    return "Unexpected token in JSON"
