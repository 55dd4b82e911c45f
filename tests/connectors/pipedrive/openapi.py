"""Checks requests and answers against the official description of the interface (``data/openapi.json``).

Objects are closed: a property that the description does not name is a violation, in requests and in answers. Where the
live system is known to differ, ``data/deviations.json`` says so, with its source.

Use :class:`ValidatingApp` around the simulator's application (``running(sandbox, wrap=ValidatingApp)`` or with a
``partial``) and call :meth:`ValidatingApp.require_clean` at the end, or :meth:`Description.request_problems` and
:meth:`Description.answer_problems` on anything else.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DATA = Path(__file__).parent / "data"
PREFIXES = {"/api/v2": "v2", "/api/v1": "v1", "/v1": "v1"}
ERROR_FORMS: Mapping[str, Mapping[str, Any]] = {
    "v1": {
        "type": "object",
        "required": ["success", "error"],
        "properties": {"success": {"const": False}, "error": {"type": "string"}},
    },
    "v2": {
        "type": "object",
        "required": ["success", "error"],
        "properties": {
            "success": {"const": False},
            "error": {"type": "string"},
            "code": {"type": "string"},
            "errorCode": {"type": "integer"},
            "error_info": {"type": "string"},
        },
        "additionalProperties": False,
    },
}
"""The documents know almost no error bodies; these are the forms integrators have seen."""

Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    version: str
    method: str
    template: str
    variable: str | None

    @property
    def key(self) -> str:
        return f"{self.version} {self.method} {self.template}"


class Description:
    """The official description with its reviewed deviations."""

    def __init__(self) -> None:
        self._paths: dict[str, Any] = json.loads((DATA / "openapi.json").read_text())["paths"]
        self._deviations: dict[str, Any] = json.loads((DATA / "deviations.json").read_text())
        self._validators: dict[tuple[str, str], Draft202012Validator] = {}

    def operation(self, method: str, path: str) -> Operation | None:
        """The described operation at a path, whatever its prefix."""
        for prefix, version in PREFIXES.items():
            if not path.startswith(prefix + "/"):
                continue
            segments = path[len(prefix) :].split("/")
            # a fixed path such as /persons/search goes before /persons/{id}
            for template in sorted(self._paths[version], key=lambda template: template.count("{")):
                parts = template.split("/")
                if len(parts) != len(segments) or method.lower() not in self._paths[version][template]:
                    continue
                pairs = list(zip(parts, segments, strict=True))
                if all(part == segment or (part.startswith("{") and segment) for part, segment in pairs):
                    variable = next((segment for part, segment in pairs if part.startswith("{")), None)
                    return Operation(version, method.upper(), template, variable)
            return None
        return None

    # requests

    def request_problems(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> list[str]:
        """What the description finds wrong with a request: address, query, body. ``headers`` in lower case."""
        parts = urlsplit(url)
        operation = self.operation(method, parts.path)
        if operation is None:
            return [f"{method} {parts.path}: no such operation"]
        described = self._paths[operation.version][operation.template][method.lower()]
        problems = self._query_problems(operation, described, parse_qsl(parts.query, keep_blank_values=True))
        problems += self._body_problems(operation, described, headers.get("content-type", ""), body)
        return [f"{operation.key}: {problem}" for problem in problems]

    def _query_problems(self, operation: Operation, described: Schema, query: list[tuple[str, str]]) -> list[str]:
        known = {parameter["name"]: parameter for parameter in described["parameters"] if parameter["in"] == "query"}
        given = {name for name, _ in query}
        problems = [f"query parameter {name} is unknown" for name in sorted(given - known.keys())]
        problems += [
            f"query parameter {name} is missing"
            for name, parameter in known.items()
            if parameter.get("required") and name not in given
        ]
        lists = self._comma_lists(operation)
        for name, value in query:
            if name in known:
                values = value.split(",") if name in lists else [value]
                problems += [
                    f"query parameter {name} does not fit its type"
                    for one in values
                    if not _fits(known[name]["schema"], one)
                ]
        for parameter in described["parameters"]:
            if parameter["in"] == "path" and not _fits(parameter["schema"], operation.variable or ""):
                problems.append(f"path parameter {parameter['name']} does not fit its type")
        return problems

    def _comma_lists(self, operation: Operation) -> set[str]:
        entries = self._matching("comma_lists", operation)
        return {name for entry in entries for name in entry["parameters"]}

    def _body_problems(self, operation: Operation, described: Schema, content_type: str, body: bytes) -> list[str]:
        wanted = described.get("requestBody")
        if not wanted:
            return ["has a body"] if body else []
        media = content_type.split(";")[0].strip().lower()
        if media not in wanted["content"]:
            return [f"content type {media or 'missing'} is not described"]
        value = _read_body(media, content_type, body)
        if value is None:
            return ["body cannot be read"]
        problems = self._errors(operation, "request " + media, value)
        for name in ("request_refused", "request_required"):
            for entry in self._matching(name, operation):
                present = isinstance(value, dict) and value.get(entry["attribute"]) is not None
                if present == (name == "request_refused"):
                    problems.append(f"{entry['attribute']}: {entry['instead']}")
        return problems

    # answers

    def answer_problems(self, method: str, url: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
        """What the description finds wrong with an answer. Unknown addresses and gateway pages are not its business."""
        operation = self.operation(method, urlsplit(url).path)
        if operation is None:
            return []
        media = headers.get("content-type", "").split(";")[0]
        answers = self._paths[operation.version][operation.template][method.lower()]["responses"]
        if str(status) not in answers:
            if status < 400:
                return [f"{operation.key}: status {status} is not described"]
            if media != "application/json":
                return [] if status in (403, 524, 503) else [f"{operation.key}: error {status} is no JSON"]
            validator = Draft202012Validator(ERROR_FORMS[operation.version])
            return [f"{operation.key} {status}: {error.message}" for error in validator.iter_errors(json.loads(body))]
        if media not in answers[str(status)]:
            return [f"{operation.key}: content type {media} is not described for {status}"]
        if media != "application/json":
            return []
        problems = self._errors(operation, f"answer {status}", json.loads(body))
        return [f"{operation.key} {status}: {problem}" for problem in problems]

    # schemas

    def _errors(self, operation: Operation, what: str, value: Any) -> list[str]:
        key = (operation.key, what)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(self._schema(operation, what))
        return [
            f"{'.'.join(str(step) for step in error.absolute_path) or 'body'}: {_reason(error)}"
            for error in self._validators[key].iter_errors(value)
        ]

    def _schema(self, operation: Operation, what: str) -> Schema:
        described = self._paths[operation.version][operation.template][operation.method.lower()]
        side, _, part = what.partition(" ")
        if side == "answer":
            schema = merged(described["responses"][part]["application/json"])
            for entry in self._matching("answer_attributes", operation):
                _replace(schema, entry["attribute"].split("."), entry["schema"])
            return strict(schema, null=True)
        schema = merged(described["requestBody"]["content"][part]["schema"])
        for entry in self._matching("request_attributes", operation):
            _replace(schema, [entry["attribute"]], entry["schema"])
        return strict(schema, null=operation.method == "PATCH")

    def _matching(self, name: str, operation: Operation) -> list[dict[str, Any]]:
        return [entry for entry in self._deviations[name] if re.match(entry["operations"], operation.key)]


def merged(schema: Schema) -> Schema:
    """The schema with every ``allOf`` folded into one object."""
    schema = {**schema}
    for part in schema.pop("allOf", []):
        part = merged(part)
        properties = {**schema.get("properties", {})}
        for name, value in part.pop("properties", {}).items():
            # a part that says more about a property of another part replaces it
            properties[name] = value
        required = [*_names(schema.get("required")), *_names(part.pop("required", None))]
        schema = {**part, **schema}
        if properties:
            schema["properties"] = properties
        if required:
            schema["required"] = required
    if isinstance(schema.get("properties"), dict):
        schema["properties"] = {name: merged(value) for name, value in schema["properties"].items()}
    if isinstance(schema.get("items"), dict):
        schema["items"] = merged(schema["items"])
    return schema


def strict(schema: Schema, *, null: bool, root: bool = True) -> Schema:
    """JSON Schema of an OpenAPI 3.0 schema: closed objects; ``null`` allows null below the root."""
    result = {
        key: value
        for key, value in schema.items()
        if key in ("type", "enum", "minLength", "maxLength", "minProperties")
    }
    required = _names(schema.get("required"))
    if required:
        result["required"] = required
    if "properties" in schema:
        result["properties"] = {
            name: strict(part, null=null, root=False) for name, part in schema["properties"].items()
        }
        result["additionalProperties"] = "*" in schema["properties"]
    if "items" in schema:
        result["items"] = strict(schema["items"], null=null)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            result[key] = [strict(part, null=null) for part in schema[key]]
    if result.get("type") == "string" and schema.get("format") == "uuid":
        result["pattern"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
    if (null or schema.get("nullable")) and not root and "type" in result:
        return {"anyOf": [{"type": "null"}, result]}
    return result


def _names(required: Any) -> list[str]:
    return list(required) if isinstance(required, list) else []


def _replace(schema: Schema, steps: list[str], new: Schema) -> None:
    """Put ``new`` at an attribute path; lists are stepped through silently."""
    while schema.get("type") == "array" and "items" in schema:
        schema = schema["items"]
    properties = schema.setdefault("properties", {})
    if len(steps) == 1:
        properties[steps[0]] = new
    elif steps[0] in properties:
        _replace(properties[steps[0]], steps[1:], new)


def _fits(schema: Schema, text: str) -> bool:
    kind = schema.get("type")
    if "enum" in schema:
        return text in [str(choice) for choice in schema["enum"]]
    if kind == "integer":
        return re.fullmatch(r"-?\d+", text) is not None
    if kind == "number":
        return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
    if kind == "boolean":
        return text in ("true", "false")
    return True


def _read_body(media: str, content_type: str, body: bytes) -> Any:
    if media == "application/json":
        try:
            return json.loads(body)
        except ValueError:
            return None
    if media == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    return _read_multipart(content_type, body)


def _read_multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """Parts by name; numbers as numbers, because a form has texts only. A file part must carry a file name."""
    message = BytesParser().parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts: dict[str, Any] = {}
    for part in message.get_payload():
        assert not isinstance(part, str)
        name = part.get_param("name", header="content-disposition")
        text = part.get_payload(decode=True)
        if name == "file":
            parts["file"] = "content" if part.get_filename() else None
        else:
            parts[str(name)] = int(text) if text.isdigit() else text.decode()
    return parts


def _reason(error: Any) -> str:
    """Why, without the value: it may be a person's."""
    if error.validator == "additionalProperties":
        return str(error.message)
    if error.validator == "anyOf":
        wanted = [option.get("type") for option in error.validator_value]
        return f"does not fit any of {wanted}: " + "; ".join(_reason(inner) for inner in error.context[1:2])
    return f"violates {error.validator} {error.validator_value!r}"


@cache
def description() -> Description:
    return Description()


@dataclass
class ValidatingApp:
    """ASGI middleware that checks everything that passes; ``requests`` false checks answers only."""

    app: ASGIApp
    requests: bool = True
    violations: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode()
        url = scope["path"] + (f"?{query}" if query else "")
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        start: Message = {}
        answer = bytearray()

        async def replay() -> Message:
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        async def capture(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                answer.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, replay, capture)
        if self.requests:
            self.violations += description().request_problems(
                scope["method"], url, _headers(scope["headers"]), bytes(body)
            )
        self.violations += description().answer_problems(
            scope["method"], url, start["status"], _headers(start["headers"]), bytes(answer)
        )

    def require_clean(self) -> None:
        """Raises AssertionError with every violation seen so far."""
        assert not self.violations, "\n".join(dict.fromkeys(self.violations))


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
