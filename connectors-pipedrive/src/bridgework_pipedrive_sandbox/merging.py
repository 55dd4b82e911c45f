"""Merging two records (v1): the other survives and inherits, this one is deleted. There is no way back."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, not_found
from bridgework_pipedrive_sandbox.call import Call, Handler
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.contacts import ORGANIZATION, PERSON
from bridgework_pipedrive_sandbox.deals import DEAL
from bridgework_pipedrive_sandbox.records import Kind, existing
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.v1 import refuse_unknown, spaced
from bridgework_pipedrive_sandbox.values import Wrong, whole

_REFERENCES = {
    "persons": (("deals", "person_id"), ("leads", "person_id"), ("notes", "person_id"), ("files", "person_id")),
    "organizations": (
        ("persons", "org_id"),
        ("deals", "org_id"),
        ("leads", "organization_id"),
        ("activities", "org_id"),
        ("notes", "org_id"),
        ("files", "org_id"),
        ("relationships", "rel_owner_org_id"),
        ("relationships", "rel_linked_org_id"),
    ),
    "deals": (("activities", "deal_id"), ("notes", "deal_id"), ("files", "deal_id")),
}
"""What hangs on a record: table and attribute. The persons of an activity are its participants."""


def handlers() -> dict[str, Handler]:
    return {f"v1 PUT /{kind.table}/{{id}}/merge": partial(_merge, kind) for kind in (PERSON, ORGANIZATION, DEAL)}


def _merge(kind: Kind, call: Call) -> Reply:
    lost = existing(kind, call)
    survivor = _survivor(kind, call)
    if survivor is lost:
        raise Refused(400, "merge_with_id: a record cannot be merged with itself")
    if lost.get("is_archived") or survivor.get("is_archived"):
        raise Refused(400, "An archived deal cannot be merged")
    row = _inherited(kind, call, lost, survivor)
    call.company[kind.table].put(row)
    call.company.delete_softly(kind.table, lost)
    _move_children(call.company, kind.table, lost["id"], row["id"])
    return data({**_SHAPES[kind.table](call.company, row), **_what(kind, lost)})


def _survivor(kind: Kind, call: Call) -> Record:
    given = call.object_body
    refuse_unknown(call.company, given, frozenset({"merge_with_id"}))
    try:
        survivor = call.company.live(kind.table, whole(given.get("merge_with_id")))
    except Wrong as wrong:
        raise Refused(400, f"merge_with_id {wrong}") from None
    if survivor is None:
        raise not_found(kind.name.capitalize())
    return survivor


def _inherited(kind: Kind, call: Call, lost: Record, survivor: Record) -> Record:
    """The survivor keeps its own values and takes those it lacks, as far as they go with its own."""
    gaps = {name: value for name, value in lost.items() if survivor.get(name) in (None, "", [])}
    custom = {**lost["custom_fields"], **survivor["custom_fields"]}
    row = {**survivor, **gaps, "custom_fields": custom, "update_time": call.company.stamp()}
    return kind.completed(call, row, {})


def _move_children(company: Company, table: str, lost: int, survivor: int) -> None:
    now = company.stamp()
    for name, attribute in _REFERENCES[table]:
        for child in [row for row in company[name].having(attribute, lost) if not is_deleted(row)]:
            company[name].put({**child, attribute: survivor, "update_time": now})
    if table == "persons":
        _move_participants(company, lost, survivor, now)
    if table == "organizations":
        _drop_relationships_to_itself(company, survivor)


def _move_participants(company: Company, lost: int, survivor: int, now: str) -> None:
    for activity in list(company["activities"]):
        if not activity["is_deleted"] and any(entry["person_id"] == lost for entry in activity["participants"]):
            participants = _joined(activity["participants"], lost, survivor)
            primary = next(entry["person_id"] for entry in participants if entry["primary"])
            company["activities"].put(
                {**activity, "participants": participants, "person_id": primary, "update_time": now}
            )


def _joined(participants: Iterable[Record], lost: int, survivor: int) -> list[Record]:
    """Every person once; the primary one stays primary."""
    primary: dict[int, bool] = {}
    for entry in participants:
        person = survivor if entry["person_id"] == lost else entry["person_id"]
        primary[person] = primary.get(person, False) or entry["primary"]
    return [{"person_id": person, "primary": first} for person, first in primary.items()]


def _drop_relationships_to_itself(company: Company, org_id: int) -> None:
    for row in list(company["relationships"].having("rel_owner_org_id", org_id)):
        if row["rel_linked_org_id"] == org_id:
            company["relationships"].remove(row["id"])


def _what(kind: Kind, lost: Record) -> Record:
    return {} if kind is ORGANIZATION else {"merge_what_id": lost["id"]}


def _person(company: Company, row: Record) -> Record:
    counts = {name: count(company, row) for name, count in PERSON.extras.items() if name.endswith("_count")}
    return {
        **{name: row[name] for name in ("id", "owner_id", "name", "first_name", "last_name", "label_ids")},
        "org_id": row.get("org_id"),
        "company_id": company.id,
        "active_flag": True,
        "phone": row["phones"],
        "email": row["emails"],
        "first_char": row["name"][:1].lower(),
        "add_time": spaced(row["add_time"]),
        "update_time": spaced(row["update_time"]),
        "visible_to": str(row["visible_to"]),
        **counts,
    }


_DEAL_ATTRIBUTES = (
    "id",
    "creator_user_id",
    "person_id",
    "org_id",
    "pipeline_id",
    "stage_id",
    "title",
    "value",
    "currency",
    "is_archived",
    "status",
    "probability",
    "lost_reason",
    "expected_close_date",
    "origin",
)
_DEAL_TIMES = ("add_time", "update_time", "stage_change_time", "close_time", "won_time", "lost_time")


def _deal(company: Company, row: Record) -> Record:
    return {
        **{name: row.get(name) for name in _DEAL_ATTRIBUTES},
        **{name: spaced(row.get(name)) for name in _DEAL_TIMES},
        "user_id": row["owner_id"],
        "active": row["status"] == "open",
        "deleted": False,
        "visible_to": str(row["visible_to"]),
    }


_SHAPES: dict[str, Any] = {
    "persons": _person,
    "organizations": lambda company, row: {"id": row["id"]},
    "deals": _deal,
}
