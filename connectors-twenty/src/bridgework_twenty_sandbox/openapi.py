"""The workspace's description of its own interface, made from the metadata."""

from typing import Any

from bridgework_twenty_sandbox.answers import Record, Reply, no_route
from bridgework_twenty_sandbox.fieldtypes import PARTS, RELATIONS, option_values
from bridgework_twenty_sandbox.kinds import Kind, capital
from bridgework_twenty_sandbox.workspace import Workspace

_LEAVES: dict[str, Record] = {
    "TEXT": {"type": "string"},
    "CODE": {"type": "string"},
    "UUID": {"type": "string", "format": "uuid"},
    "NUMBER": {"type": "number"},
    "NUMERIC": {"type": "number"},
    "POSITION": {"type": "number"},
    "BOOLEAN": {"type": "boolean"},
    "DATE": {"type": "string", "format": "date"},
    "DATE_TIME": {"type": "string", "format": "date-time"},
    "RAW_JSON": {"type": "object"},
    "ARRAY": {"type": "array", "items": {"type": "string"}},
}


def document(workspace: Workspace, which: str, base_url: str) -> Reply:
    """Which is ``core`` or ``metadata``. Raises Refused."""
    if which not in ("core", "metadata"):
        raise no_route("GET", f"/rest/open-api/{which}")
    kinds = list(workspace.kinds.values()) if which == "core" else []
    paths: Record = {f"/open-api/{which}": {"get": {}}}
    for kind in kinds:
        paths |= _paths(kind, workspace.options.restore_routes)
    if which == "metadata":
        for plural in ("objects", "fields"):
            paths |= {
                f"/{plural}": {"get": {}, "post": {}},
                f"/{plural}/{{id}}": {"get": {}, "patch": {}, "delete": {}},
            }
    prefix = "/rest" if which == "core" else "/rest/metadata"
    return Reply(
        {
            "openapi": "3.1.1",
            "info": {"title": "Twenty Api", "version": "v0.1"},
            "servers": [{"url": f"{base_url}{prefix}"}],
            "paths": paths,
            "components": {"schemas": {capital(kind.singular): _schema(kind) for kind in kinds}},
        }
    )


def _paths(kind: Kind, routes: str) -> Record:
    plural = kind.plural
    restore = {
        "first": (f"/restore/{plural}", f"/restore/{plural}/{{id}}"),
        "later": (f"/{plural}/restore", f"/{plural}/{{id}}/restore"),
        "none": (),
    }[routes]
    return {
        f"/{plural}": {"get": {}, "post": {}, "patch": {}, "delete": {}},
        f"/batch/{plural}": {"post": {}},
        f"/{plural}/{{id}}": {"get": {}, "patch": {}, "delete": {}},
        **{path: {"patch": {}} for path in restore},
    }


def _schema(kind: Kind) -> Record:
    properties = {
        column: _property(field)
        for column, field in kind.columns.items()
        if field["type"] != "TS_VECTOR" and column not in ("id", "createdAt", "updatedAt", "deletedAt")
    }
    return {"type": "object", "properties": properties}


def _property(field: Record) -> Any:
    kind = field["type"]
    if kind in RELATIONS:
        return _LEAVES["UUID"]
    if kind in ("SELECT", "RATING"):
        return {"type": "string", "enum": option_values(field)}
    if kind == "MULTI_SELECT":
        return {"type": "array", "items": {"type": "string", "enum": option_values(field)}}
    if kind == "FILES":
        parts = {"fileId": _LEAVES["UUID"], "label": _LEAVES["TEXT"]}
        return {"type": "array", "items": {"type": "object", "properties": parts}}
    if kind in PARTS:
        leaves = {part: _LEAVES.get(leaf, {"type": "string"}) for part, leaf in PARTS[kind].items()}
        return {"type": "object", "properties": leaves}
    return _LEAVES[kind]
