"""Links between organizations (v1)."""

from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, not_found
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.listing import v1_page
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.v1 import linked, refuse_unknown, spaced

_ENDS = ("rel_owner_org_id", "rel_linked_org_id")
_KNOWN = frozenset({"org_id", "type", *_ENDS})
TYPES = ("parent", "related")


def create(call: Call) -> Reply:
    values = _values(call, call.object_body)
    missing = next((name for name in ("type", *_ENDS) if values.get(name) is None), None)
    if missing:
        raise Refused(400, f"{missing} is required")
    now = call.company.stamp()
    _check(values)
    row = call.company["relationships"].insert({**values, "add_time": now, "update_time": now})
    return _answer(call.company, shown(call.company, row))


def update(call: Call) -> Reply:
    row = {**_relationship(call), **_values(call, call.object_body), "update_time": call.company.stamp()}
    _check(row)
    call.company["relationships"].put(row)
    return _answer(call.company, shown(call.company, row))


def read_one(call: Call) -> Reply:
    row = _relationship(call)
    seen_from = call.number("org_id")
    return _answer(call.company, {**shown(call.company, row), **_calculated(row, seen_from)})


def delete(call: Call) -> Reply:
    row = _relationship(call)
    call.company["relationships"].remove(row["id"])
    return data({"id": row["id"]})


def read_list(call: Call) -> Reply:
    """Those of one organization: there is no list of all."""
    org_id = call.number("org_id")
    if org_id is None:
        raise Refused(400, "org_id is required")
    table = call.company["relationships"]
    rows = {row["id"]: row for end in _ENDS for row in table.having(end, org_id)}
    ordered = iter([rows[row_id] for row_id in sorted(rows)])
    # the schema and the published example differ in where the paging facts stand
    nested = call.company.options.relationship_pages == "nested"
    reply = v1_page(
        call, ordered, lambda row: _listed(call.company, row, org_id), most=500, nested=nested, next_start=False
    )
    reply.body["related_objects"] = _related(call.company, reply.body["data"])
    return reply


def _relationship(call: Call) -> Record:
    row = call.company["relationships"].get(call.id)
    if row is None:
        raise not_found("Relationship")
    return row


def _values(call: Call, given: Record) -> Record:
    refuse_unknown(call.company, given, _KNOWN)
    values: Record = {end: linked(call.company, "organizations", end, given) for end in _ENDS if end in given}
    if "type" in given:
        if given["type"] not in TYPES:
            raise Refused(400, "type must be parent or related")
        values["type"] = given["type"]
    return values


def _check(row: Record) -> None:
    if row["rel_owner_org_id"] == row["rel_linked_org_id"]:
        raise Refused(400, "An organization cannot be related to itself")


def shown(company: Company, row: Record) -> Record:
    """Ends nested although they are plain numbers in a request; ``active_flag`` is a text."""
    return {
        "id": row["id"],
        "type": row["type"],
        **{end: {**_organization(company, row[end]), "value": row[end]} for end in _ENDS},
        "add_time": spaced(row["add_time"]),
        "update_time": spaced(row["update_time"]),
        "active_flag": "true",
    }


def _listed(company: Company, row: Record, org_id: int) -> Record:
    calculated = _calculated(row, org_id)
    other = company["organizations"].get(calculated["calculated_related_org_id"])
    return {**shown(company, row), **calculated, "related_organization_name": other and other["name"]}


def _calculated(row: Record, seen_from: int | None) -> Record:
    owned = seen_from is None or row["rel_owner_org_id"] == seen_from
    kind = "related" if row["type"] == "related" else "daughter" if owned else "parent"
    return {
        "calculated_type": kind,
        "calculated_related_org_id": row["rel_linked_org_id" if owned else "rel_owner_org_id"],
    }


def _organization(company: Company, org_id: int) -> Record:
    row = company["organizations"].get(org_id)
    if row is None:
        return {"name": None, "people_count": 0, "owner_id": None, "address": None, "cc_email": None}
    return {
        "name": row["name"],
        "people_count": sum(not is_deleted(person) for person in company["persons"].having("org_id", org_id)),
        "owner_id": row["owner_id"],
        "address": row["address"]["value"] if row.get("address") else None,
        "active_flag": not row["is_deleted"],
        "cc_email": None,
    }


def _related(company: Company, shown_rows: list[Any]) -> Record:
    ids = {row[end]["value"] for row in shown_rows for end in _ENDS}
    return {"organization": {str(org_id): {"id": org_id, **_organization(company, org_id)} for org_id in sorted(ids)}}


def _answer(company: Company, shown_row: Record) -> Reply:
    reply = data(shown_row)
    reply.body["related_objects"] = _related(company, [shown_row])
    return reply
