"""Metadata through GraphQL, and what only GraphQL can do: upload files, look at the workspace."""

from typing import Any

import orjson

from bridgework_twenty_sandbox.answers import SOMETHING, Record, Refused, Reply
from bridgework_twenty_sandbox.bodies import Body, Upload
from bridgework_twenty_sandbox.documents import Operation, Unanswerable, cannot_query, choose, errors, operation
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.resolvers import MUTATIONS, QUERIES, Root
from bridgework_twenty_sandbox.workspace import Workspace

_FORBIDDEN = {"message": "Forbidden resource", "error": "Forbidden", "statusCode": 403}


class MetadataGraphQL:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def answer(self, header: str | None, body: Body, base_url: str) -> Reply:
        try:
            if header is None:
                about = {"code": "FORBIDDEN", "response": _FORBIDDEN, "userFriendlyMessage": SOMETHING}
                return errors({"message": _FORBIDDEN["message"], "extensions": about}, data=None)
            key = self._workspace.keys.identify(header, self._workspace.now().timestamp())
            return self._executed(operation(_value(body)), key, base_url)
        except Unanswerable as unanswerable:
            return unanswerable.reply
        except Refused as refused:
            return errors(refused.graphql())

    def _executed(self, found: Operation, key: Key, base_url: str) -> Reply:
        resolvers = QUERIES if found.kind == "query" else MUTATIONS
        unknown = [cannot_query(found.kind, root) for root in found.roots if root.name not in resolvers]
        if unknown:
            return errors(*unknown)
        data: Record = {}
        for root in found.roots:
            try:
                result = resolvers[root.name](Root(self._workspace, key, root, base_url))
            except Refused as refused:
                # every root field is non-null here: one failure takes the whole answer
                return errors(refused.graphql(), data=None)
            data[root.key] = choose(result, root.fields)
        return Reply({"data": data})


def _value(body: Body) -> Any:
    """The operation of a form carries its files in the places that its map names. Raises Refused."""
    if "operations" not in body.form:
        return body.value
    try:
        value, places = orjson.loads(body.form["operations"]), orjson.loads(body.form.get("map", "{}"))
    except orjson.JSONDecodeError:
        raise _bad_form("Invalid JSON in the multipart fields") from None
    if not isinstance(value, dict) or not isinstance(places, dict):
        raise _bad_form("Invalid multipart fields")
    for name, paths in places.items():
        if name not in body.files or not isinstance(paths, list):
            raise _bad_form(f'File missing in the request: "{name}"')
        for path in paths:
            _insert(value, str(path).split("."), body.files[name])
    return value


def _insert(value: Any, path: list[str], upload: Upload) -> None:
    for step in path[:-1]:
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise _bad_form("Invalid object path in the multipart map")
    value[path[-1]] = upload


def _bad_form(message: str) -> Refused:
    return Refused(message, body={"errors": [{"message": message}]})
