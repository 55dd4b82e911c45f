"""Labels of leads (v1): objects of their own with UUIDs, not options of a field."""

from collections.abc import Callable
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, not_found
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company, new_uuid
from bridgework_pipedrive_sandbox.v1 import milliseconds, refuse_unknown
from bridgework_pipedrive_sandbox.values import Reader, Wrong, list_of, one_of, text

COLORS = frozenset(
    {"blue", "brown", "dark-gray", "gray", "green", "orange", "pink", "purple", "red", "yellow"},
)
_READERS: dict[str, Reader] = {"name": text(shortest=1), "color": one_of(COLORS)}


def read_list(call: Call) -> Reply:
    """All labels, never in pages."""
    return data([shown(row) for row in call.company["lead_labels"].ascending()])


def create(call: Call) -> Reply:
    values = _values(call)
    if missing := [name for name in _READERS if name not in values]:
        raise Refused(400, f"{missing[0]} is required")
    now = call.company.stamp()
    row = {"uuid": new_uuid(), **values, "add_time": now, "update_time": now}
    return data(shown(call.company["lead_labels"].insert(row)))


def update(call: Call) -> Reply:
    row = {**_label(call), **_values(call), "update_time": call.company.stamp()}
    call.company["lead_labels"].put(row)
    return data(shown(row))


def delete(call: Call) -> Reply:
    """The label leaves the leads that carry it."""
    company, row = call.company, _label(call)
    company["lead_labels"].remove(row["id"])
    for lead in [lead for lead in company["leads"] if row["uuid"] in lead.get("label_ids", [])]:
        company["leads"].put({**lead, "label_ids": [uuid for uuid in lead["label_ids"] if uuid != row["uuid"]]})
    return data({"id": row["uuid"]})


def labels(company: Company) -> Callable[[Any], list[str]]:
    """Reads the labels of a lead: UUIDs of existing ones."""

    def known(value: Any) -> str:
        if not isinstance(value, str) or not any(company["lead_labels"].having("uuid", value)):
            raise Wrong("is not a label")
        return value

    return list_of(known)


def _label(call: Call) -> Record:
    row = next(call.company["lead_labels"].having("uuid", call.variable), None)
    if row is None:
        raise not_found("Lead label")
    return row


def _values(call: Call) -> Record:
    given = call.object_body
    refuse_unknown(call.company, given, frozenset(_READERS))
    values: Record = {}
    for name, reader in _READERS.items():
        if name in given:
            try:
                values[name] = reader(given[name])
            except Wrong as wrong:
                raise Refused(400, f"{name} {wrong}") from None
    return values


def shown(row: Record) -> Record:
    return {
        "id": row["uuid"],
        "name": row["name"],
        "color": row["color"],
        "add_time": milliseconds(row["add_time"]),
        "update_time": milliseconds(row["update_time"]),
    }
