"""Notes and their fields (v1)."""

from collections.abc import Iterator
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, forbidden, listed, not_found
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.html import cleaned
from bridgework_pipedrive_sandbox.listing import v1_page
from bridgework_pipedrive_sandbox.v1 import lead_id, linked, refuse_unknown, since_of, spaced
from bridgework_pipedrive_sandbox.values import Wrong, spaced_instant, whole

LONGEST_CONTENT = 100_000
"""Characters."""

_PARENTS = {"person_id": "persons", "org_id": "organizations", "deal_id": "deals"}
_UNKNOWN_PARENTS = ("project_id", "task_id")
_PINS = {
    "pinned_to_person_flag": "person_id",
    "pinned_to_organization_flag": "org_id",
    "pinned_to_deal_flag": "deal_id",
    "pinned_to_lead_flag": "lead_id",
    "pinned_to_project_flag": "project_id",
    "pinned_to_task_flag": "task_id",
}
_KNOWN = frozenset({"content", "lead_id", "user_id", "add_time", *_PARENTS, *_UNKNOWN_PARENTS, *_PINS})


def create(call: Call) -> Reply:
    values = _values(call, call.object_body)
    if values.get("content") is None:
        raise Refused(400, "content is required")
    now = call.company.stamp()
    row = {
        **dict.fromkeys((*_PARENTS, "lead_id", *_UNKNOWN_PARENTS)),
        **dict.fromkeys(_PINS, False),
        "user_id": call.user["id"],
        "add_time": now,
        **values,
        "active_flag": True,
        "last_update_user_id": None,
        "update_time": now,
    }
    _check_parents(row)
    _check_count(call.company, row)
    return data(shown(call, call.company["notes"].insert(row)))


def update(call: Call) -> Reply:
    before = _note(call)
    row = {
        **before,
        **_values(call, call.object_body),
        "last_update_user_id": call.user["id"],
        "update_time": call.company.stamp(),
    }
    _check_parents(row)
    call.company["notes"].put(row)
    return data(shown(call, row))


def read_one(call: Call) -> Reply:
    return data(shown(call, _note(call)))


def delete(call: Call) -> Reply:
    """For good: the interface has no way back."""
    call.company["notes"].remove(_note(call)["id"])
    return data(True)


def read_list(call: Call) -> Reply:
    return v1_page(call, iter(_sorted(call, _wanted(call))), lambda row: shown(call, row), most=500)


def _note(call: Call) -> Record:
    row = call.company["notes"].get(call.id)
    if row is None:
        raise not_found("Note")
    return row


def _values(call: Call, given: Record) -> Record:
    company = call.company
    refuse_unknown(company, given, _KNOWN)
    values: Record = {name: linked(company, table, name, given) for name, table in _PARENTS.items() if name in given}
    if "lead_id" in given:
        values["lead_id"] = lead_id(company, given)
    for name in _UNKNOWN_PARENTS:
        if given.get(name) is not None:
            raise Refused(400, f"{name}: the item was not found")
    if "content" in given:
        values["content"] = _content(given["content"])
    for name in _PINS:
        if name in given:
            values[name] = _pin(name, given[name])
    return {**values, **_stated(call, given)}


def _content(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refused(400, "content must be a text that is not empty")
    if len(value) > LONGEST_CONTENT:
        raise Refused(400, f"content must be at most {LONGEST_CONTENT} characters long")
    return cleaned(value)


def _pin(name: str, value: Any) -> bool:
    if value not in (0, 1):
        raise Refused(400, f"{name} must be 0 or 1")
    return bool(value)


def _stated(call: Call, given: Record) -> Record:
    """Author and time as the caller states them; the author only by an administrator."""
    values: Record = {}
    try:
        if given.get("user_id") is not None:
            if whole(given["user_id"]) != call.user["id"] and not call.user["admin"]:
                raise forbidden("Only an administrator can set the author of a note")
            if call.company["users"].get(given["user_id"]) is None:
                raise Refused(400, "user_id: the user was not found")
            values["user_id"] = given["user_id"]
        if given.get("add_time") is not None:
            values["add_time"] = spaced_instant(given["add_time"])
    except Wrong as wrong:
        raise Refused(400, f"user_id or add_time {wrong}") from None
    return values


def _check_parents(row: Record) -> None:
    if all(row[name] is None for name in (*_PARENTS, "lead_id", *_UNKNOWN_PARENTS)):
        raise Refused(400, "A note must belong to at least one item")
    for pin, parent in _PINS.items():
        if row[pin] and row[parent] is None:
            raise Refused(400, f"{pin} needs {parent}")


def _check_count(company: Company, row: Record) -> None:
    most = company.options.most_notes
    if most and row["deal_id"] and sum(1 for _ in company["notes"].having("deal_id", row["deal_id"])) >= most:
        raise forbidden("Couldn't add note. You've reached the notes limit")


def _wanted(call: Call) -> Iterator[Record]:
    query, table = call.query, call.company["notes"]
    conditions: Record = {name: call.number(name) for name in (*_PARENTS, "user_id") if name in query}
    if "lead_id" in query:
        conditions["lead_id"] = query["lead_id"]
    first = next((name for name in conditions if table.is_indexed(name)), None)
    since = since_of(call)
    rows = table.having(first, conditions[first]) if first else table.recent(since) if since else table.ascending()
    for row in rows:
        added = row["add_time"][:10]
        if (
            all(row[name] == value for name, value in conditions.items())
            and (since is None or row["update_time"] >= since)
            and call.company.is_listed("notes", row["id"])
            and query.get("start_date", "") <= added <= query.get("end_date", "9999-12-31")
            and all(row[pin] == (query[pin] == "1") for pin in _PINS if pin in query)
        ):
            yield row


def _sorted(call: Call, rows: Iterator[Record]) -> list[Record]:
    attribute, _, direction = call.query.get("sort", "id ASC").partition(" ")
    if attribute not in ("id", "user_id", "deal_id", "person_id", "org_id", "content", "add_time", "update_time"):
        raise Refused(400, "sort: is not a sortable field")
    order = sorted(rows, key=lambda row: row["id"])
    empty = "" if attribute in ("content", "add_time", "update_time") else 0
    order.sort(key=lambda row: row[attribute] or empty)
    return order[::-1] if direction.upper() == "DESC" else order


def shown(call: Call, row: Record) -> Record:
    company = call.company
    user = company["users"].get(row["user_id"])
    assert user is not None
    return {
        "id": row["id"],
        "active_flag": True,
        "add_time": spaced(row["add_time"]),
        "content": row["content"],
        **{name: row[name] if company.shows_link(table, row[name]) else None for name, table in _PARENTS.items()},
        **{name: row[name] for name in ("lead_id", *_UNKNOWN_PARENTS, *_PINS)},
        "deal": _named(company, "deals", row["deal_id"], "title"),
        "organization": _named(company, "organizations", row["org_id"], "name"),
        "person": _named(company, "persons", row["person_id"], "name"),
        "last_update_user_id": row["last_update_user_id"],
        "update_time": spaced(row["update_time"]),
        "user": {
            "email": user["email"],
            "icon_url": None,
            "is_you": user["id"] == call.user["id"],
            "name": user["name"],
        },
        "user_id": row["user_id"],
    }


def _named(company: Company, table: str, row_id: int | None, attribute: str) -> Record | None:
    row = company[table].get(row_id) if row_id is not None else None
    return row and {attribute: row[attribute]}


def read_fields(call: Call) -> Reply:
    fields = [
        {
            "id": field["id"],
            "key": field["field_code"],
            "name": field["field_name"],
            "field_type": field["field_type"],
            "active_flag": True,
            "edit_flag": False,
            "bulk_edit_allowed": False,
            "mandatory_flag": field["field_code"] == "content",
        }
        for field in call.company.fields("note").values()
    ]
    return listed(fields, start=0, limit=len(fields), more_items_in_collection=False)
