"""Merging two records (v1): the other survives and inherits, this one is gone."""

from collections.abc import Callable

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, not_found
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.records import Kind, render

_REFERENCES = {
    "persons": ("person_id", ("deals", "activities", "notes", "files")),
    "organizations": ("org_id", ("persons", "deals", "activities", "notes", "files")),
    "deals": ("deal_id", ("activities", "notes", "files")),
}

MERGEABLE = frozenset(_REFERENCES)


def handler(kind: Kind) -> Callable[[Call], Reply]:
    def merge(call: Call) -> Reply:
        other_id = call.object_body.get("merge_with_id")
        if not isinstance(other_id, int) or isinstance(other_id, bool) or other_id == call.id:
            raise Refused(400, "merge_with_id must be the id of another record")
        lost, survivor = call.company.live(kind.table, call.id), call.company.live(kind.table, other_id)
        if lost is None or survivor is None:
            raise not_found(kind.name.capitalize())
        return data(render(call.company, kind, merged(call.company, kind.table, lost, survivor)))

    return merge


def merged(company: Company, table: str, lost: Record, survivor: Record) -> Record:
    """The survivor keeps its own values, takes those it lacks, and everything that hung on the lost record."""
    now = company.stamp()
    gaps = {name: value for name, value in lost.items() if survivor.get(name) in (None, "", [])}
    custom = {**lost.get("custom_fields", {}), **survivor.get("custom_fields", {})}
    row = {**survivor, **gaps, "custom_fields": custom, "update_time": now}
    company[table].put(row)
    company.delete_softly(table, lost)
    attribute, tables = _REFERENCES[table]
    for name in tables:
        for child in list(company[name].having(attribute, lost["id"])):
            company[name].put({**child, attribute: survivor["id"], "update_time": now})
    return row
