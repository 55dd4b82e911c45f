"""Holds answers against the workspace's own OpenAPI documents (``data/openapi-*.json.gz``).

Objects are closed: a property that the documents do not name is a violation. Where the real server is known to differ,
``deviations.py`` says so, with its source. Wrap the simulator's application in :class:`Watcher`.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .deviations import ATTRIBUTES, BODIES, STATUSES
from .exchanges import DATA

_PREFIXES = {"/rest/metadata": "metadata", "/rest": "core"}
_LOOKED_AT = 3
"""Entries of a list that are looked at."""

Schema = dict[str, Any]


@cache
def document(which: str) -> Mapping[str, Any]:
    text = gzip.decompress((DATA / f"openapi-{which}-2.21.0.json.gz").read_bytes())
    found: Mapping[str, Any] = json.loads(text)
    return found


def route(method: str, path: str) -> tuple[str, str] | None:
    """The document and the template that describe a request; nothing for custom objects and GraphQL."""
    for prefix, which in _PREFIXES.items():
        if not path.startswith(prefix + "/"):
            continue
        segments = path[len(prefix) :].split("/")
        for template, methods in document(which)["paths"].items():
            parts = template.split("/")
            fits = len(parts) == len(segments) and all(
                part == segment or (part == "{id}" and segment != "restore")
                for part, segment in zip(parts, segments, strict=True)
            )
            fixed = fits and ("{id}" not in parts or "/".join(segments) not in document(which)["paths"])
            if fixed and method.lower() in methods:
                return which, template
        return None
    return None


@cache
def validator(which: str, template: str, method: str, status: int) -> Draft202012Validator | None:
    described = document(which)["paths"][template][method.lower()].get(str(status))
    return None if described is None else Draft202012Validator(_closed(which, described))


def _closed(which: str, schema: Schema) -> Schema:
    """Closed objects. Null is allowed everywhere: the documents know no null at all."""
    if "$ref" in schema:
        *_, group, name = schema["$ref"].split("/")
        return _closed(which, document(which)[group][name])
    closed: Schema = {}
    if "type" in schema:
        closed["type"] = [schema["type"], "null"]
    if "enum" in schema:
        closed["enum"] = [*schema["enum"], None]
    if "properties" in schema:
        closed["properties"] = {name: _closed(which, each) for name, each in schema["properties"].items()}
        closed["additionalProperties"] = False
    if "items" in schema:
        closed["items"] = _closed(which, schema["items"])
    return closed


def violations(method: str, path: str, status: int, body: Any) -> Iterator[str]:
    found = route(method, path)
    if found is None:
        return
    which, template = found
    where = f"{which} {method} {template}"
    schema = validator(which, template, method, status)
    if schema is None:
        if (which, status) not in STATUSES:
            yield f"{where}: status {status} is not described"
        return
    if any(rule.fits(which, method, template, status, body) for rule in BODIES):
        return
    for error in schema.iter_errors(_shortened(body)):
        for attribute, problem in _problems(error):
            if not any(rule.fits(which, template, attribute) for rule in ATTRIBUTES):
                yield f"{where} {status}: {attribute or 'the body'} {problem}"


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(each) for each in value[:_LOOKED_AT]]
    if isinstance(value, dict):
        return {name: _shortened(each) for name, each in value.items()}
    return value


def _problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    path = [str(step) for step in error.absolute_path if not isinstance(step, int)]
    if error.validator == "additionalProperties":
        assert isinstance(error.instance, dict)
        for name in error.instance.keys() - error.schema["properties"].keys():
            yield ".".join([*path, name]), "is not described"
    else:
        yield ".".join(path), f"breaks {error.validator}"


class Watcher:
    """ASGI middleware that remembers what the documents find wrong with the answers that pass."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seen = 0
        self.violations: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        content = bytearray()

        async def capture(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                content.extend(message.get("body", b""))
                self._look(scope, start["status"], bytes(content))
            await send(message)

        await self.app(scope, receive, capture)

    def _look(self, scope: Scope, status: int, content: bytes) -> None:
        if route(scope["method"], scope["path"]) is not None:
            self.seen += 1
            self.violations += violations(scope["method"], scope["path"], status, _json(content))

    def require_clean(self) -> None:
        """Raises AssertionError with every violation seen so far."""
        assert not self.violations, "\n".join(dict.fromkeys(self.violations))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()
