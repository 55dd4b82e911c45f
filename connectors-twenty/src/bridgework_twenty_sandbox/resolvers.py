"""What the root fields of the metadata GraphQL answer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bridgework_twenty_sandbox import fieldchanges, fieldmeta, files, objectmeta
from bridgework_twenty_sandbox.answers import Record, Refused, no_permission
from bridgework_twenty_sandbox.bodies import Upload
from bridgework_twenty_sandbox.dates import written as written_instant
from bridgework_twenty_sandbox.documents import Selected, required
from bridgework_twenty_sandbox.fieldtypes import RELATIONS
from bridgework_twenty_sandbox.keys import ROLES, Key
from bridgework_twenty_sandbox.metadatarest import page, written
from bridgework_twenty_sandbox.workspace import Workspace

_DEFAULT_PAGE = 10
_MOST_NODES = 1000

Resolver = Callable[["Root"], Any]


class Root:
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


def _objects(root: Root) -> Record:
    return _connection(root.workspace.objects, root.arguments, lambda meta: _object(root.workspace, meta))


def _fields(root: Root) -> Record:
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


def _one_object(root: Root) -> Record:
    meta = root.workspace.objects.get(str(root.arguments.get("id")))
    if meta is None:
        raise _missing("Object")
    return _object(root.workspace, meta)


def _one_field(root: Root) -> Record:
    meta = root.workspace.fields.get(str(root.arguments.get("id")))
    if meta is None:
        raise _missing("Field")
    return _field(root.workspace, meta)


def _missing(what: str) -> Refused:
    code = f"{what.upper()}_METADATA_NOT_FOUND"
    return Refused(f"{what} metadata not found", graphql_code="NOT_FOUND", sub_code=code)


def _workspace(root: Root) -> Record:
    workspace = root.workspace
    return {
        "id": workspace.id,
        "displayName": "Practice",
        "metadataVersion": workspace.metadata_version,
        "activationStatus": "ACTIVE",
    }


def _roles(root: Root) -> list[Record]:
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


def _api_keys(root: Root) -> list[Record]:
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


def _create_object(root: Root) -> Record:
    root.settings()
    made = objectmeta.create(root.workspace, required(root.input(), "object", dict))
    return _object(root.workspace, made)


def _update_object(root: Root) -> Record:
    root.settings()
    given = root.input()
    changed = objectmeta.update(root.workspace, required(given, "id", str), required(given, "update", dict))
    return _object(root.workspace, changed)


def _delete_object(root: Root) -> Record:
    root.settings()
    return written(objectmeta.delete(root.workspace, required(root.input(), "id", str)))


def _create_field(root: Root) -> Record:
    root.settings()
    made = fieldmeta.create(root.workspace, required(root.input(), "field", dict))
    return _field(root.workspace, made)


def _update_field(root: Root) -> Record:
    root.settings()
    given = root.input()
    changed = fieldchanges.update(root.workspace, required(given, "id", str), required(given, "update", dict))
    return _field(root.workspace, changed)


def _delete_field(root: Root) -> Record:
    root.settings()
    return written(fieldchanges.delete(root.workspace, required(root.input(), "id", str)))


def _upload(root: Root) -> Record:
    upload = required(root.arguments, "file", Upload)
    field = root.arguments.get("fieldMetadataId")
    return files.upload(root.workspace, field, upload.filename, upload.content, root.base_url)


def _create_key(_: Root) -> Record:
    raise Refused(
        "This endpoint requires a session access token",
        graphql_code="FORBIDDEN",
        sub_code="FORBIDDEN_EXCEPTION",
        friendly="You do not have permission to perform this action.",
    )


QUERIES: Mapping[str, Resolver] = {
    "objects": _objects,
    "object": _one_object,
    "fields": _fields,
    "field": _one_field,
    "currentWorkspace": _workspace,
    "getRoles": _roles,
    "apiKeys": _api_keys,
    "__typename": lambda _: "Query",
}
MUTATIONS: Mapping[str, Resolver] = {
    "createOneObject": _create_object,
    "updateOneObject": _update_object,
    "deleteOneObject": _delete_object,
    "createOneField": _create_field,
    "updateOneField": _update_field,
    "deleteOneField": _delete_field,
    "uploadFilesFieldFile": _upload,
    "createApiKey": _create_key,
}
