"""Metadata through GraphQL, and what only GraphQL can do: upload files, look at the workspace."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from bridgework_twenty_sandbox import fieldmeta, files, objectmeta
from bridgework_twenty_sandbox.answers import SOMETHING, Record, Refused, Reply, no_permission
from bridgework_twenty_sandbox.bodies import Body, Upload
from bridgework_twenty_sandbox.dates import written as written_instant
from bridgework_twenty_sandbox.documents import (
    Operation,
    Selected,
    Unanswerable,
    cannot_query,
    choose,
    errors,
    operation,
    required,
)
from bridgework_twenty_sandbox.fieldtypes import RELATIONS
from bridgework_twenty_sandbox.keys import ROLES, Key
from bridgework_twenty_sandbox.metadatarest import page, written
from bridgework_twenty_sandbox.workspace import Workspace

_FORBIDDEN = {"message": "Forbidden resource", "error": "Forbidden", "statusCode": 403}
_DEFAULT_PAGE = 10
_MOST_NODES = 1000

Resolver = Callable[["_Root"], Any]


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
        resolvers = _QUERIES if found.kind == "query" else _MUTATIONS
        unknown = [cannot_query(found.kind, root) for root in found.roots if root.name not in resolvers]
        if unknown:
            return errors(*unknown)
        data: Record = {}
        for root in found.roots:
            try:
                result = resolvers[root.name](_Root(self._workspace, key, root, base_url))
            except Refused as refused:
                # every root field is non-null here: one failure takes the whole answer
                return errors(refused.graphql(), data=None) if not _is_tree(refused) else _tree(refused)
            data[root.key] = choose(result, root.fields)
        return Reply({"data": data})


def _is_tree(refused: Refused) -> bool:
    return hasattr(refused, "errors")


def _tree(refused: Refused) -> Reply:
    return errors(refused.graphql(), data=None)


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


class _Root:
    def __init__(self, workspace: Workspace, key: Key, root: Selected, base_url: str) -> None:
        self.workspace = workspace
        self.key = key
        self.root = root
        self.arguments: Mapping[str, Any] = root.arguments
        self.base_url = base_url

    def settings(self) -> None:
        """Raises Refused without the right to change the data model."""
        if not self.key.rights.can_change_settings:
            raise no_permission(403)

    def input(self) -> Record:
        value: Record = required(self.arguments, "input", dict)
        return value


# ---------------------------------------------------------------- queries


def _objects(root: _Root) -> Record:
    return _connection(root.workspace.objects, root.arguments, lambda meta: _object(root.workspace, meta))


def _fields(root: _Root) -> Record:
    return _connection(root.workspace.fields, root.arguments, lambda meta: _field(root.workspace, meta))


def _connection(metas: Mapping[str, Record], arguments: Mapping[str, Any], show: Callable[[Record], Record]) -> Record:
    paging = arguments.get("paging")
    paging = paging if isinstance(paging, dict) else {}
    first = paging.get("first", _DEFAULT_PAGE)
    first = first if isinstance(first, int) and not isinstance(first, bool) and first >= 0 else _DEFAULT_PAGE
    after = paging.get("after")
    shown, _, info = page(metas, min(first, _MOST_NODES), after if isinstance(after, str) else None, None)
    info["hasPreviousPage"] = bool(after)
    return {"edges": [{"node": show(meta), "cursor": meta["id"]} for meta in shown], "pageInfo": info}


def _object(workspace: Workspace, meta: Record) -> Record:
    fields = [_field(workspace, field) for field in workspace.fields_of(meta["id"])]
    return {
        **written(meta),
        "isCustom": meta["_custom"],
        "fieldsList": fields,
        "fields": {
            "edges": [{"node": field, "cursor": field["id"]} for field in fields],
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
        },
        "indexMetadatas": {"edges": [], "pageInfo": {"hasNextPage": False}},
    }


def _field(workspace: Workspace, meta: Record) -> Record:
    shown = {**written(meta), "isCustom": workspace.objects[meta["objectMetadataId"]]["_custom"]}
    other = workspace.fields.get(meta.get("_inverse", ""))
    if meta["type"] in RELATIONS and other is not None:
        relation = {
            "type": meta["settings"]["relationType"],
            "sourceObjectMetadata": written(workspace.objects[meta["objectMetadataId"]]),
            "targetObjectMetadata": written(workspace.objects[other["objectMetadataId"]]),
            "sourceFieldMetadata": written(meta),
            "targetFieldMetadata": written(other),
        }
        shown["relation" if meta["type"] == "RELATION" else "morphRelations"] = (
            relation if meta["type"] == "RELATION" else [relation]
        )
    return shown


def _one_object(root: _Root) -> Record:
    meta = root.workspace.objects.get(str(root.arguments.get("id")))
    if meta is None:
        raise _missing("Object")
    return _object(root.workspace, meta)


def _one_field(root: _Root) -> Record:
    meta = root.workspace.fields.get(str(root.arguments.get("id")))
    if meta is None:
        raise _missing("Field")
    return _field(root.workspace, meta)


def _missing(what: str) -> Refused:
    code = f"{what.upper()}_METADATA_NOT_FOUND"
    return Refused(f"{what} metadata not found", graphql_code="NOT_FOUND", sub_code=code)


def _workspace(root: _Root) -> Record:
    workspace = root.workspace
    return {
        "id": workspace.id,
        "displayName": "Practice",
        "metadataVersion": workspace.metadata_version,
        "activationStatus": "ACTIVE",
    }


def _roles(root: _Root) -> list[Record]:
    root.settings()
    return [
        {
            "id": role.id,
            "label": role.label,
            "canUpdateAllSettings": role.can_change_settings,
            "canReadAllObjectRecords": True,
            "canUpdateAllObjectRecords": role.can_update,
            "canSoftDeleteAllObjectRecords": role.can_soft_delete,
            "canDestroyAllObjectRecords": role.can_destroy,
            "canBeAssignedToApiKeys": True,
        }
        for role in ROLES.values()
    ]


def _api_keys(root: _Root) -> list[Record]:
    root.settings()
    return [
        {
            "id": key.id,
            "name": key.name,
            "expiresAt": written_instant(datetime.fromtimestamp(key.expires, UTC)),
            "revokedAt": written_instant(datetime.fromtimestamp(key.issued, UTC)) if key.revoked else None,
            "role": {"id": key.role, "label": key.rights.label},
        }
        for key in root.workspace.keys.keys
    ]


# ---------------------------------------------------------------- mutations


def _create_object(root: _Root) -> Record:
    root.settings()
    made = objectmeta.create(root.workspace, required(root.input(), "object", dict))
    return _object(root.workspace, made)


def _update_object(root: _Root) -> Record:
    root.settings()
    given = root.input()
    changed = objectmeta.update(root.workspace, required(given, "id", str), required(given, "update", dict))
    return _object(root.workspace, changed)


def _delete_object(root: _Root) -> Record:
    root.settings()
    return written(objectmeta.delete(root.workspace, required(root.input(), "id", str)))


def _create_field(root: _Root) -> Record:
    root.settings()
    made = fieldmeta.create(root.workspace, required(root.input(), "field", dict))
    return _field(root.workspace, made)


def _update_field(root: _Root) -> Record:
    root.settings()
    given = root.input()
    changed = fieldmeta.update(root.workspace, required(given, "id", str), required(given, "update", dict))
    return _field(root.workspace, changed)


def _delete_field(root: _Root) -> Record:
    root.settings()
    return written(fieldmeta.delete(root.workspace, required(root.input(), "id", str)))


def _upload(root: _Root) -> Record:
    upload = required(root.arguments, "file", Upload)
    field = root.arguments.get("fieldMetadataId")
    return files.upload(root.workspace, field, upload.filename, upload.content, root.base_url)


def _create_key(_: _Root) -> Record:
    raise Refused(
        "This endpoint requires a session access token",
        graphql_code="FORBIDDEN",
        sub_code="FORBIDDEN_EXCEPTION",
        friendly="You do not have permission to perform this action.",
    )


_QUERIES: Mapping[str, Resolver] = {
    "objects": _objects,
    "object": _one_object,
    "fields": _fields,
    "field": _one_field,
    "currentWorkspace": _workspace,
    "getRoles": _roles,
    "apiKeys": _api_keys,
    "__typename": lambda _: "Query",
}
_MUTATIONS: Mapping[str, Resolver] = {
    "createOneObject": _create_object,
    "updateOneObject": _update_object,
    "deleteOneObject": _delete_object,
    "createOneField": _create_field,
    "updateOneField": _update_field,
    "deleteOneField": _delete_field,
    "uploadFilesFieldFile": _upload,
    "createApiKey": _create_key,
}
