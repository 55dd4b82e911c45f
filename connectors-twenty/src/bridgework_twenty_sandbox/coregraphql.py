"""GraphQL on records. Errors come with HTTP 200."""

from collections.abc import Mapping
from typing import Any

from bridgework_twenty_sandbox.answers import Record, Refused, Reply, bad, not_found
from bridgework_twenty_sandbox.bodies import Body
from bridgework_twenty_sandbox.documents import (
    Operation,
    Selected,
    Unanswerable,
    cannot_query,
    check_roots,
    choose,
    errors,
    operation,
    required,
)
from bridgework_twenty_sandbox.filters import EVERYTHING, Filter, compile_filter
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.kinds import Kind, capital
from bridgework_twenty_sandbox.paging import Page, cursor_of, order, page
from bridgework_twenty_sandbox.reading import MOST_RELATED, Reader
from bridgework_twenty_sandbox.records import Records
from bridgework_twenty_sandbox.workspace import Workspace

_VERBS = ("create", "update", "delete", "destroy", "restore")
_DEFAULT_PAGE = 200
_ARGUMENTS = {
    ("find", True): {"filter", "orderBy", "first", "last", "after", "before"},
    ("find", False): {"filter"},
    ("create", True): {"data", "upsert"},
    ("create", False): {"data", "upsert"},
    ("update", True): {"filter", "data"},
    ("update", False): {"id", "data"},
}
"""Arguments of root fields by verb and number. The other verbs take a filter, or an id."""


class CoreGraphQL:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def answer(self, header: str | None, body: Body, base_url: str) -> Reply:
        try:
            if header is None:
                # without a key the schema has nothing of the workspace
                found = operation(body.value)
                return errors(*(cannot_query(found.kind, root) for root in found.roots[:1]))
            key = self._workspace.keys.identify(header, self._workspace.now().timestamp())
            return self._executed(operation(body.value), key, base_url)
        except Unanswerable as unanswerable:
            return unanswerable.reply
        except Refused as refused:
            return errors(refused.graphql())

    def _executed(self, found: Operation, key: Key, base_url: str) -> Reply:
        check_roots(found)
        plans = [(root, _plan(self._workspace, found.kind, root)) for root in found.roots]
        unknown = [cannot_query(found.kind, root) for root, plan in plans if plan is None]
        unknown += [_unknown_argument(found.kind, root, name) for root, plan in plans for name in _excess(root, plan)]
        if unknown:
            return errors(*unknown)
        data: Record = {}
        failed: list[Record] = []
        for root, plan in plans:
            assert plan is not None
            verb, kind, many = plan
            if kind is None:
                data[root.key] = capital(found.kind)
                continue
            try:
                self._workspace.limits.take(self._workspace.now_ms())
                data[root.key] = _Root(self._workspace, kind, key, root, base_url).result(verb, many)
            except Refused as refused:
                data[root.key] = None
                failed.append(refused.graphql())
        return Reply({"data": data, **({"errors": failed} if failed else {})})


def _plan(workspace: Workspace, operation_kind: str, root: Selected) -> tuple[str, Kind | None, bool] | None:
    """What a root field does: a verb, an object, and whether it is about many rows."""
    if root.name == "__typename":
        return "", None, False
    if operation_kind == "query":
        if root.name in workspace.by_plural:
            return "find", workspace.by_plural[root.name], True
        kind = workspace.by_singular.get(root.name)
        return None if kind is None else ("find", kind, False)
    for verb in _VERBS:
        rest = root.name.removeprefix(verb)
        if rest == root.name:
            continue
        for kind in workspace.kinds.values():
            if rest in (capital(kind.singular), capital(kind.plural)):
                return verb, kind, rest == capital(kind.plural)
    return None


def _excess(root: Selected, plan: tuple[str, Kind | None, bool] | None) -> list[str]:
    """Arguments that the root field does not have."""
    verb, _, many = plan or ("", None, False)
    known = _ARGUMENTS.get((verb, many), {"filter"} if many else {"id"})
    return sorted(root.arguments.keys() - known) if verb else []


def _unknown_argument(kind: str, root: Selected, name: str) -> Record:
    return {
        "message": f'Unknown argument "{name}" on field "{kind.title()}.{root.name}".',
        "locations": [{"line": root.line, "column": root.column}],
    }


class _Root:
    def __init__(self, workspace: Workspace, kind: Kind, key: Key, root: Selected, base_url: str) -> None:
        self.workspace = workspace
        self.kind = kind
        self.root = root
        self.arguments = root.arguments
        self.records = Records(workspace, kind, key)
        self.reader = Reader(workspace, base_url)

    def result(self, verb: str, many: bool) -> Any:
        if verb == "find":
            return self._connection() if many else self._one()
        rows = self._written_many(verb) if many else [self._written(verb)]
        shown = [self._shown(self.kind, row, self.root.fields) for row in rows]
        return shown if many else shown[0]

    # ------------------------------------------------------------ reading

    def _filter(self) -> Filter:
        tree = self.arguments.get("filter")
        return EVERYTHING if tree is None else compile_filter(self.workspace, self.kind, tree)

    def _one(self) -> Record:
        found = next(iter(self.records.found(self._filter())), None)
        if found is None:
            raise not_found()
        return self._shown(self.kind, found, self.root.fields)

    def _connection(self) -> Record:
        """Unlike REST, ``first`` has no upper bound."""
        arguments = self.arguments
        wanted, terms = self._filter(), order(self.kind, _list(arguments.get("orderBy")))
        backwards = arguments.get("last") is not None
        limit = _count(arguments.get("last") if backwards else arguments.get("first"))
        after, before = _cursor(arguments, "after"), _cursor(arguments, "before")
        return self._page(page(self.records, wanted, terms, limit, after, before, last=backwards))

    def _page(self, found: Page) -> Record:
        shown: Record = {}
        for field in self.root.fields:
            if field.name == "edges":
                shown[field.key] = [self._edge(field, found, row) for row in found.rows]
            elif field.name == "pageInfo":
                shown[field.key] = choose(found.info, field.fields)
            else:
                shown[field.key] = found.total if field.name == "totalCount" else None
        return shown

    def _edge(self, field: Selected, found: Page, row: Record) -> Record:
        edge: Record = {}
        for each in field.fields:
            if each.name == "node":
                edge[each.key] = self._shown(self.kind, row, each.fields)
            else:
                edge[each.key] = cursor_of(found.terms, row) if each.name == "cursor" else None
        return edge

    def _shown(self, kind: Kind, row: Record, fields: list[Selected]) -> Record:
        """The selected fields of a row. Those that do not exist read null."""
        plain = self.reader.plain(kind, row)
        shown: Record = {}
        for field in fields:
            if field.name in kind.columns:
                shown[field.key] = choose(plain[field.name], field.fields)
            elif field.name in kind.relations:
                relation = kind.relations[field.name]
                target = self.reader.target(relation, row)
                other = self.workspace.kinds[relation.target]
                shown[field.key] = target and self._shown(other, target, field.fields)
            elif field.name in kind.many:
                shown[field.key] = self._many(kind, row, field)
            else:
                shown[field.key] = capital(kind.singular) if field.name == "__typename" else None
        return shown

    def _many(self, kind: Kind, row: Record, field: Selected) -> Record:
        side = kind.many[field.name]
        source = self.workspace.kinds[side.source]
        for edges in field.fields:
            for node in edges.fields:
                _refuse_nested(self.workspace, source, node.fields)
        rows = self.reader.many(side, row)
        first = field.arguments.get("first")
        limited = rows[: _count(first) if first is not None else MOST_RELATED]
        shown: Record = {}
        for each in field.fields:
            if each.name == "edges":
                shown[each.key] = [self._related(source, other, each.fields) for other in limited]
            else:
                shown[each.key] = len(rows) if each.name == "totalCount" else None
        return shown

    def _related(self, kind: Kind, row: Record, fields: list[Selected]) -> Record:
        return {each.key: self._shown(kind, row, each.fields) if each.name == "node" else None for each in fields}

    # ------------------------------------------------------------ writing

    def _written(self, verb: str) -> Record:
        arguments, records = self.arguments, self.records
        if verb == "create":
            return records.create([required(arguments, "data", dict)], bool(arguments.get("upsert")))[0]
        row_id = required(arguments, "id", str).lower()
        match verb:
            case "update":
                return records.update(row_id, required(arguments, "data", dict))
            case "delete":
                return records.delete(row_id)
            case "destroy":
                return records.destroy(row_id)
            case _:
                return records.restore(row_id)

    def _written_many(self, verb: str) -> list[Record]:
        arguments, records = self.arguments, self.records
        match verb:
            case "create":
                return records.create(_list(arguments.get("data")), bool(arguments.get("upsert")))
            case "update":
                return records.update_many(self._filter(), required(arguments, "data", dict))
            case "restore":
                return records.restore_many(self._filter())
        if arguments.get("filter") is None:
            raise bad(
                f"Filters are mandatory for bulk {verb} operations. "
                "Please provide at least one filter to prevent accidental deletion of all records."
            )
        return records.delete_many(self._filter()) if verb == "delete" else records.destroy_many(self._filter())


def _refuse_nested(workspace: Workspace, kind: Kind, fields: list[Selected]) -> None:
    """The complexity of a query does not depend on the rows that it finds. Raises Refused."""
    for field in fields:
        if field.name in kind.many:
            raise Refused(
                "Query complexity is too high. One-to-Many relation cannot be nested in another One-to-Many relation.",
                sub_code="TOO_COMPLEX_QUERY",
            )
        if field.name in kind.relations:
            _refuse_nested(workspace, workspace.kinds[kind.relations[field.name].target], field.fields)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _count(value: Any) -> int:
    if value is None:
        return _DEFAULT_PAGE
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise bad("First argument must be non-negative")
    return value


def _cursor(arguments: Mapping[str, Any], name: str) -> str | None:
    value = arguments.get(name)
    return value if isinstance(value, str) and value else None
