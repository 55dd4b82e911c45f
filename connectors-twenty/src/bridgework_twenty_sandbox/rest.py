"""Core REST: paths, query strings, and the forms of the answers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridgework_twenty_sandbox.answers import Record, Reply, bad, no_route, type_error, unreadable
from bridgework_twenty_sandbox.filters import EVERYTHING, Filter, compile_filter
from bridgework_twenty_sandbox.grammar import filter_tree, order_terms
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.kinds import Kind, capital
from bridgework_twenty_sandbox.paging import order, page
from bridgework_twenty_sandbox.reading import Reader
from bridgework_twenty_sandbox.records import Records
from bridgework_twenty_sandbox.special import SPECIAL
from bridgework_twenty_sandbox.values import is_uuid
from bridgework_twenty_sandbox.workspace import Workspace

PREFIX = "/rest"
_DEFAULT_PAGE = 60
_LARGEST_PAGE = 200
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True)
class Target:
    """What a path speaks of. ``action`` is batch, restore, or one of the special routes; empty for plain records."""

    kind: Kind
    record: str | None = None
    action: str = ""


@dataclass(frozen=True)
class Query:
    """A query string that could be read. The filter is not compiled yet: its fields are looked up later."""

    limit: float
    depth: int
    after: str | None
    before: str | None
    filter: Record | None
    order: list[Record]
    upsert: bool
    soft: bool
    raw: Mapping[str, str]


class CoreRest:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def answer(self, key: Key, method: str, path: str, query: Mapping[str, str], body: Any, base_url: str) -> Reply:
        """Raises Refused. What is wrong with path and query costs no token; everything later does."""
        if method not in _METHODS:
            raise no_route(method, path)
        target = self._target(method, path)
        asked = _query(query)
        self._workspace.limits.take(self._workspace.now_ms())
        return _Request(self._workspace, key, target, asked, body, base_url).answer(method)

    def _target(self, method: str, path: str) -> Target:
        segments = path.removeprefix(PREFIX).strip("/").split("/")
        if segments == [""]:
            raise no_route(method, path)
        routes = self._workspace.options.restore_routes
        match segments:
            case ["batch", plural] if method == "POST":
                return Target(self._kind(plural), action="batch")
            case ["restore", plural] if method == "PATCH" and routes == "first":
                return Target(self._kind(plural), action="restore")
            case [plural, "restore"] if method == "PATCH" and routes == "later":
                return Target(self._kind(plural), action="restore")
            case [plural, record, "restore"] if method == "PATCH" and routes == "later":
                return Target(self._kind(plural), _uuid(record), action="restore")
            case [plural, action] if (method, action) in SPECIAL:
                return Target(self._kind(plural), action=action)
            case [plural]:
                return Target(self._kind(plural))
            case [plural, record]:
                return Target(self._kind(plural), _uuid(record))
        raise unreadable(
            f"Query path '{path}' invalid. Valid examples: /rest/companies/id or /rest/companies or "
            "/rest/batch/companies"
        )

    def _kind(self, plural: str) -> Kind:
        found = self._workspace.by_plural.get(plural)
        if found is not None:
            return found
        meant = self._workspace.by_singular.get(plural)
        hint = "eg: companies" if meant is None else f"Did you mean '{meant.plural}'?"
        raise unreadable(f"object '{plural}' not found. {hint}")


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise unreadable(f"'{text}' is not a valid UUID")
    return text.lower()


def _query(raw: Mapping[str, str]) -> Query:
    """Unknown parameters are ignored. Raises Refused."""
    depth = raw.get("depth", "0")
    if depth not in ("0", "1"):
        raise unreadable(f"'depth={depth}' parameter invalid. Allowed values are 0, 1")
    return Query(
        limit=_limit(raw.get("limit")),
        depth=int(depth),
        after=raw.get("starting_after") or None,
        before=raw.get("ending_before") or None,
        filter=filter_tree(raw["filter"]) if "filter" in raw else None,
        order=order_terms(raw["order_by"]) if raw.get("order_by") else [],
        upsert=raw.get("upsert") == "true",
        soft=raw.get("soft_delete") == "true",
        raw=raw,
    )


def _limit(text: str | None) -> float:
    if text is None:
        return _DEFAULT_PAGE
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not limit >= 0:
        raise unreadable(f"limit '{text}' is invalid. Should be an integer")
    return min(limit, _LARGEST_PAGE)


class _Request:
    """One request that was let through by the limiter."""

    def __init__(self, workspace: Workspace, key: Key, target: Target, query: Query, body: Any, base_url: str) -> None:
        self.workspace = workspace
        self.target = target
        self.query = query
        self.body = body
        self.kind = target.kind
        self.records = Records(workspace, target.kind, key)
        self.reader = Reader(workspace, base_url)

    def answer(self, method: str) -> Reply:
        if self.target.action in ("batch", "restore"):
            return self._batch() if self.target.action == "batch" else self._restore()
        if self.target.action:
            return SPECIAL[method, self.target.action](
                self.records, self.reader, self.body, self.query.raw, self._wanted()
            )
        one = self.target.record
        match method:
            case "GET":
                return self._list() if one is None else self._data(self.kind.singular, self.records.one(one))
            case "POST" if one is None:
                rows = self.records.create([self.body], self.query.upsert)
                return self._data(f"create{capital(self.kind.singular)}", rows[0], 201)
            case "PATCH" | "PUT":
                return self._update(one)
            case "DELETE":
                return self._delete(one)
        raise no_route(method, f"{PREFIX}/{self.kind.plural}/{one}")

    def _wanted(self) -> Filter:
        if self.query.filter is None:
            return EVERYTHING
        return compile_filter(self.workspace, self.kind, self.query.filter)

    def _list(self) -> Reply:
        wanted = self._wanted()
        terms = order(self.kind, self.query.order)
        found = page(self.records, wanted, terms, self.query.limit, self.query.after, self.query.before)
        rows = [self._shown(row) for row in found.rows]
        return Reply({"data": {self.kind.plural: rows}, "totalCount": found.total, "pageInfo": found.info})

    def _batch(self) -> Reply:
        if not isinstance(self.body, list):
            raise type_error("args.data.forEach is not a function")
        rows = self.records.create(self.body, self.query.upsert)
        return self._many("create", rows, 201)

    def _update(self, one: str | None) -> Reply:
        if one is not None:
            return self._data(f"update{capital(self.kind.singular)}", self.records.update(one, self.body))
        return self._many("update", self.records.update_many(self._wanted(), self.body))

    def _delete(self, one: str | None) -> Reply:
        if one is not None:
            name = f"delete{capital(self.kind.singular)}"
            if self.query.soft:
                return self._data(name, self.records.delete(one))
            return Reply({"data": {name: {"id": self.records.destroy(one)["id"]}}})
        if self.query.filter is None:
            raise bad(
                f"Filters are mandatory for bulk {'delete' if self.query.soft else 'destroy'} operations. "
                "Please provide at least one filter to prevent accidental deletion of all records."
            )
        if self.query.soft:
            return self._many("delete", self.records.delete_many(self._wanted()))
        gone = self.records.destroy_many(self._wanted())
        return Reply({"data": {f"delete{capital(self.kind.plural)}": [{"id": row["id"]} for row in gone]}})

    def _restore(self) -> Reply:
        one = self.target.record
        if one is not None:
            return self._data(f"restore{capital(self.kind.singular)}", self.records.restore(one))
        return self._many("restore", self.records.restore_many(self._wanted()))

    def _many(self, verb: str, rows: list[Record], status: int = 200) -> Reply:
        return Reply({"data": {f"{verb}{capital(self.kind.plural)}": [self._shown(row) for row in rows]}}, status)

    def _data(self, name: str, row: Record, status: int = 200) -> Reply:
        return Reply({"data": {name: self._shown(row)}}, status)

    def _shown(self, row: Record) -> Record:
        return self.reader.deep(self.kind, row) if self.query.depth else self.reader.plain(self.kind, row)
