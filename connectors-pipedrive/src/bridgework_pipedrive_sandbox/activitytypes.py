"""Activity types (v1)."""

import re
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, forbidden, not_found
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.fresh import activity_type
from bridgework_pipedrive_sandbox.records import gone
from bridgework_pipedrive_sandbox.v1 import refuse_unknown, spaced

# fmt: off
ICONS = frozenset({
    "task", "email", "meeting", "deadline", "call", "lunch", "calendar", "downarrow", "document", "smartphone",
    "camera", "scissors", "cogs", "bubble", "uparrow", "checkbox", "signpost", "shuffle", "addressbook",
    "linegraph", "picture", "car", "world", "search", "clip", "sound", "brush", "key", "padlock", "pricetag",
    "suitcase", "finish", "plane", "loop", "wifi", "truck", "cart", "bulb", "bell", "presentation",
})
# fmt: on
_KNOWN = frozenset({"name", "icon_key", "color"})


def read_list(call: Call) -> Reply:
    """All types, those no longer active too, never in pages."""
    return data([shown(row) for row in call.company["activity_types"]])


def create(call: Call) -> Reply:
    call.only_admin()
    given = call.object_body
    values = _values(call.company, given, _KNOWN)
    for name in ("name", "icon_key"):
        if name not in values:
            raise Refused(400, f"{name} is required")
    table, most = call.company["activity_types"], call.company.options.most_activity_types
    if most and table.living >= most:
        raise forbidden("Couldn't add activity type. You've reached the activity types limit")
    row = activity_type(
        call.company,
        values["name"],
        key=_key(call.company, values["name"]),
        icon=values["icon_key"],
        order=1 + max((row["order_nr"] for row in table), default=0),
        custom=True,
        color=values.get("color"),
    )
    return data(shown(table.insert(row)))


def update(call: Call) -> Reply:
    call.only_admin()
    row = _type(call)
    values = _values(call.company, call.object_body, _KNOWN | {"order_nr"})
    row = {**row, **values, "update_time": call.company.stamp()}
    call.company["activity_types"].put(row)
    return data(shown(row))


def delete(call: Call) -> Reply:
    """The type is no longer active; activities that have it keep it."""
    call.only_admin()
    row = _type(call)
    if not row["active_flag"]:
        raise gone(call.company, "activity type")
    row = {**row, "active_flag": False, "update_time": call.company.stamp()}
    call.company["activity_types"].put(row)
    return data(shown(row))


def _type(call: Call) -> Record:
    row = call.company["activity_types"].get(call.id)
    if row is None:
        raise not_found("Activity type")
    return row


def _values(company: Company, given: Record, known: frozenset[str]) -> Record:
    refuse_unknown(company, given, known)
    for name, value in given.items():
        if name in known:
            _check(name, value)
    return {name: value for name, value in given.items() if name in known}


def _check(name: str, value: Any) -> None:
    if name == "order_nr":
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused(400, "order_nr must be an integer")
    elif not isinstance(value, str) or not value.strip():
        raise Refused(400, f"{name} must be a text that is not empty")
    elif name == "icon_key" and value not in ICONS:
        raise Refused(400, "icon_key is not one of the icons")


def _key(company: Company, name: str) -> str:
    """Made from the name once and never changed; a number tells equal ones apart."""
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "type"
    taken = {row["key_string"] for row in company["activity_types"]}
    key, count = base, 1
    while key in taken:
        count += 1
        key = f"{base}_{count}"
    return key


def shown(row: Record) -> Record:
    return {**row, "add_time": spaced(row["add_time"]), "update_time": spaced(row["update_time"])}
