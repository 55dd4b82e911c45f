"""The life of a v2 record: create, read, list, update, delete. What differs between objects is a :class:`Kind`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridgework_pipedrive_sandbox.answers import (
    Record,
    Refused,
    Reply,
    data,
    listed,
    malformed,
    not_found,
)
from bridgework_pipedrive_sandbox.attributes import Body
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.customvalues import with_labels
from bridgework_pipedrive_sandbox.listing import keyset_page
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.values import Wrong, instant

MOST_IDS = 100
MOST_CUSTOM_FIELDS = 15

Extra = Callable[[Company, Record], Any]


@dataclass(frozen=True)
class Kind:
    """An object with its own paths.

    ``shown``: attributes of an answer in order. ``completed(call, row, values)`` fills in what the system sets itself
    and checks rules; ``row`` already holds ``values`` and, on update, the former content. ``filters``: query parameter
    to attribute. ``extras``: attributes shown only when asked for. ``hidden``: attributes this account does not have.
    """

    name: str
    table: str
    body: Body
    shown: tuple[str, ...]
    completed: Callable[[Call, Record, Record], Record]
    before_read: Callable[[Call, Record, bool], None] = lambda call, given, creating: None
    filters: Mapping[str, str] = field(default_factory=dict)
    candidates: Callable[[Call], Iterable[Record] | None] = lambda call: None
    keep: Callable[[Call], Callable[[Record], bool]] = lambda call: lambda row: not is_deleted(row)
    extras: Mapping[str, Extra] = field(default_factory=dict)
    sortable: tuple[str, ...] = ("id", "update_time", "add_time")
    admin_writes: bool = False
    hidden: Callable[[Company], frozenset[str]] = lambda company: frozenset()


def create(kind: Kind, call: Call) -> Reply:
    return data(render(call.company, kind, insert(kind, call, call.object_body)))


def insert(kind: Kind, call: Call, given: Record) -> Record:
    """Store a new row."""
    if kind.admin_writes:
        call.only_admin()
    kind.before_read(call, given, True)
    values = kind.body.read(call.company, given, creating=True)
    now = call.company.stamp()
    row = {"is_deleted": False, "add_time": now, **values, "update_time": now}
    if kind.body.custom:
        row["custom_fields"] = _without_nulls(values.get("custom_fields", {}))
    return call.company[kind.table].insert(kind.completed(call, row, values))


def existing(kind: Kind, call: Call) -> Record:
    """The living row of the path."""
    row = call.company.live(kind.table, call.id)
    if row is None:
        raise not_found(kind.name.capitalize())
    return row


def update(kind: Kind, call: Call) -> Reply:
    if kind.admin_writes:
        call.only_admin()
    before = call.company[kind.table].get(call.id)
    given = call.object_body
    if before is None or (is_deleted(before) and not _undeletes(kind, call, given)):
        raise not_found(kind.name.capitalize())
    kind.before_read(call, given, False)
    values = kind.body.read(call.company, given, creating=False)
    stored = apply(kind, call, before, values)
    return data(render(call.company, kind, stored))


def apply(kind: Kind, call: Call, before: Record, values: Record) -> Record:
    """Store new values over a row."""
    row = {**before, **values, "update_time": call.company.stamp()}
    if "custom_fields" in values:
        row["custom_fields"] = _merged(kind, call.company, before["custom_fields"], values["custom_fields"])
    row = kind.completed(call, row, values)
    call.company[kind.table].put(row)
    return row


def _undeletes(kind: Kind, call: Call, given: Record) -> bool:
    return call.company.options.undelete and "is_deleted" in kind.body.attributes and given.get("is_deleted") is False


def _merged(kind: Kind, company: Company, before: Record, given: Record) -> Record:
    if company.options.custom_fields_update == "replace":
        return _without_nulls(given)
    if not given and kind.table == "organizations" and company.options.empty_custom_fields == "clear":
        return {}
    return _without_nulls({**before, **given})


def _without_nulls(values: Record) -> Record:
    return {key: value for key, value in values.items() if value is not None}


def delete(kind: Kind, call: Call) -> Reply:
    if kind.admin_writes:
        call.only_admin()
    row = call.company[kind.table].get(call.id)
    if row is None:
        raise not_found(kind.name.capitalize())
    if is_deleted(row):
        raise gone(call.company, kind.name)
    call.company.delete_softly(kind.table, row)
    return data({"id": row["id"]})


def gone(company: Company, name: str) -> Refused:
    """Deleting what is already deleted."""
    if company.options.second_delete == "410":
        return Refused(410, f"The {name} is not found")
    return not_found(name.capitalize())


def read_one(kind: Kind, call: Call) -> Reply:
    row = call.company[kind.table].get(call.id)
    if row is None or (is_deleted(row) and call.company.options.deleted_read == "404"):
        raise not_found(kind.name.capitalize())
    return data(render(call.company, kind, row, View.of(kind, call)))


def read_list(kind: Kind, call: Call) -> Reply:
    view = View.of(kind, call)
    table = call.company[kind.table]
    keep = _listed(kind, call)
    if "filter_id" in call.query:
        # the account has one filter, which lets everything through; like any filter it switches off ids and links
        if call.number("filter_id") != 1:
            raise malformed("filter_id: filter not found")
        rows, cursor = keyset_page(call, table, None, keep, sortable=kind.sortable)
    else:
        candidates, conditions = _candidates(kind, call)
        rows, cursor = keyset_page(
            call,
            table,
            candidates,
            lambda row: (
                keep(row) and all(row.get(name) == value for name, value in conditions.items()) and _within(call, row)
            ),
            sortable=kind.sortable,
        )
    return listed([render(call.company, kind, row, view) for row in rows], next_cursor=cursor)


def _listed(kind: Kind, call: Call) -> Callable[[Record], bool]:
    keep, company = kind.keep(call), call.company
    return lambda row: keep(row) and company.is_listed(kind.table, row["id"])


def _candidates(kind: Kind, call: Call) -> tuple[Iterable[Record] | None, Record]:
    """The smallest set of rows that can answer the query, and the conditions each must meet."""
    table = call.company[kind.table]
    _check_times(call)
    conditions = {attribute: _condition(call, name) for name, attribute in kind.filters.items() if name in call.query}
    if "ids" in call.query:
        wanted = _ids(call)
        return [row for row_id in wanted if (row := table.get(row_id)) is not None], conditions
    if (special := kind.candidates(call)) is not None:
        return special, conditions
    for attribute, value in conditions.items():
        if table.is_indexed(attribute):
            return table.having(attribute, value), conditions
    if "updated_since" in call.query:
        return table.recent(call.query["updated_since"].replace("+00:00", "Z")), conditions
    return None, conditions


def _condition(call: Call, name: str) -> Any:
    if name == "done":
        return call.flag(name)
    if name == "lead_id":
        return call.query[name]
    return call.number(name)


def _ids(call: Call) -> list[int]:
    parts = call.query["ids"].split(",")
    if len(parts) > MOST_IDS:
        raise malformed(f"ids: must contain at most {MOST_IDS} items")
    try:
        return list(dict.fromkeys(int(part) for part in parts))
    except ValueError:
        raise malformed("ids: must be integers separated by commas") from None


def _check_times(call: Call) -> None:
    for name in ("updated_since", "updated_until"):
        if name in call.query:
            try:
                instant(call.query[name])
            except Wrong as wrong:
                raise malformed(f"{name}: {wrong}") from None


def _within(call: Call, row: Record) -> bool:
    since, until = call.query.get("updated_since"), call.query.get("updated_until")
    changed: str = row["update_time"]
    return (since is None or changed >= since.replace("+00:00", "Z")) and (
        until is None or changed < until.replace("+00:00", "Z")
    )


@dataclass(frozen=True)
class View:
    """What the caller wants to see beyond or instead of the usual attributes."""

    extras: tuple[str, ...] = ()
    keys: tuple[str, ...] | None = None
    labels: bool = False

    @staticmethod
    def of(kind: Kind, call: Call) -> "View":
        extras = tuple(filter(None, call.query.get("include_fields", "").split(",")))
        for name in extras:
            if name not in kind.extras:
                raise malformed(f"include_fields: {name} is not allowed")
        keys = None
        if "custom_fields" in call.query:
            keys = tuple(filter(None, call.query["custom_fields"].split(",")))
            if len(keys) > MOST_CUSTOM_FIELDS:
                raise malformed(f"custom_fields: must contain at most {MOST_CUSTOM_FIELDS} items")
        return View(extras, keys, bool(call.flag("include_option_labels")))


_USUAL = View()


def render(company: Company, kind: Kind, row: Record, view: View = _USUAL) -> Record:
    """The row as an answer shows it."""
    hidden = kind.hidden(company)
    shown = {name: row.get(name) for name in kind.shown if name not in hidden}
    for name, table in kind.body.links.items():
        if name in shown and not company.shows_link(table, shown[name]):
            shown[name] = None
    for name in view.extras:
        shown[name] = kind.extras[name](company, row)
    if company.options.null_style == "absent":
        shown = _without_nulls(shown)
    if kind.body.custom:
        shown["custom_fields"] = _custom(company, kind.body.custom, row["custom_fields"], view)
    return shown


def _custom(company: Company, object_name: str, values: Record, view: View) -> Record:
    fields = company.custom_keys(object_name)
    keys = fields if view.keys is None else [key for key in view.keys if key in fields]
    if view.labels:
        return {key: with_labels(fields[key], values.get(key)) for key in keys}
    return {key: values.get(key) for key in keys}
