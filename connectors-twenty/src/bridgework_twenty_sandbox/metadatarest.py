"""REST metadata: objects and fields, in both reply shapes."""

from collections.abc import Mapping
from typing import Any

from bridgework_twenty_sandbox import fieldchanges, fieldmeta, objectmeta
from bridgework_twenty_sandbox.answers import Record, Refused, Reply, no_permission, no_route, unreadable
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.kinds import capital
from bridgework_twenty_sandbox.values import is_uuid
from bridgework_twenty_sandbox.workspace import Workspace

_DEFAULT_PAGE = 60
_LARGEST_PAGE = 200
_NAMES = {"objects": "object", "fields": "field"}
_CREATE = {"objects": objectmeta.create, "fields": fieldmeta.create}
_UPDATE = {"objects": objectmeta.update, "fields": fieldchanges.update}
_DELETE = {"objects": objectmeta.delete, "fields": fieldchanges.delete}


class MetadataRest:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def answer(self, key: Key, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:
        """Raises Refused. Without the right to change settings not even reading is allowed."""
        segments = path.removeprefix("/rest/metadata/").strip("/").split("/")
        if segments[0] not in _NAMES or len(segments) > 2:
            raise no_route(method, path)
        if not key.rights.can_change_settings:
            raise no_permission(403)
        plural, record = segments[0], segments[1].lower() if len(segments) == 2 else None
        if record is not None and not is_uuid(record):
            raise unreadable(f"'{record}' is not a valid UUID")
        match method, record:
            case "GET", None:
                return self._list(plural, query)
            case "GET", str():
                return self._one(plural, record)
            case "POST", None:
                made = _CREATE[plural](self._workspace, body)
                return self._changed("create", plural, self._full(plural, made), 201)
            case (("PATCH" | "PUT"), str()):
                changed = _UPDATE[plural](self._workspace, record, body)
                return self._changed("update", plural, self._full(plural, changed))
            case "DELETE", str():
                gone = _DELETE[plural](self._workspace, record)
                return self._changed("delete", plural, written(gone))
        raise no_route(method, path)

    def _list(self, plural: str, query: Mapping[str, str]) -> Reply:
        shown, total, info = page(
            self._workspace.objects if plural == "objects" else self._workspace.fields,
            _limit(query.get("limit")),
            query.get("starting_after"),
            query.get("ending_before"),
        )
        listed_ = [self._listed(plural, each) for each in shown]
        data = {plural: listed_} if self._legacy else listed_
        return Reply({"data": data, "pageInfo": info, "totalCount": total})

    def _one(self, plural: str, record: str) -> Reply:
        found = (self._workspace.objects if plural == "objects" else self._workspace.fields).get(record)
        if found is None:
            what = "Object" if plural == "objects" else "Field"
            raise Refused(
                f"{what} metadata not found",
                status=404,
                error="Error",
                code=f"{what.upper()}_METADATA_NOT_FOUND",
                graphql_code="NOT_FOUND",
            )
        shown = self._listed(plural, found)
        return Reply({"data": {_NAMES[plural]: shown}} if self._legacy else shown)

    @property
    def _legacy(self) -> bool:
        return self._workspace.options.metadata_shape == "legacy"

    def _listed(self, plural: str, meta: Record) -> Record:
        if plural == "fields":
            return listed(meta)
        return {**listed(meta), "fields": [listed(field) for field in self._workspace.fields_of(meta["id"])]}

    def _full(self, plural: str, meta: Record) -> Record:
        if plural == "fields":
            return written(meta)
        return {**written(meta), "fields": [listed(field) for field in self._workspace.fields_of(meta["id"])]}

    def _changed(self, verb: str, plural: str, shown: Record, status: int = 200) -> Reply:
        name = f"{verb}One{capital(_NAMES[plural])}"
        return Reply({"data": {name: shown}} if self._legacy else shown, status)


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_PAGE
    if not (text.isascii() and text.isdigit()):
        raise unreadable(f"limit '{text}' is invalid. Should be an integer")
    return min(int(text), _LARGEST_PAGE)


def page(
    metas: Mapping[str, Record], limit: int, after: str | None, before: str | None
) -> tuple[list[Record], int, Record]:
    """Descending ids; a cursor is a plain id. Also the total and the page info."""
    ids = sorted(metas, reverse=True)
    if after:
        ids = [each for each in ids if each < after]
    if before:
        ids = [each for each in ids if each > before][-limit:] if limit else []
    shown = ids[:limit]
    info = {
        "hasNextPage": len(ids) > limit,
        "startCursor": shown[0] if shown else None,
        "endCursor": shown[-1] if shown else None,
    }
    return [metas[each] for each in shown], len(metas), info


def listed(meta: Record) -> Record:
    """As in lists: what is null is left out."""
    return {key: value for key, value in meta.items() if value is not None and not key.startswith("_")}


def written(meta: Record) -> Record:
    """As after a change: some keys are there with null."""
    keys = ("imageIdentifierFieldMetadataId",) if "nameSingular" in meta else ("defaultValue", "options")
    return {**listed(meta), **{key: meta.get(key) for key in keys}}
