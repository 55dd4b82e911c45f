"""Merging two records, as a person does: the other survives and inherits, this one is gone."""

from bridgework_pipedrive_sandbox.answers import Record
from bridgework_pipedrive_sandbox.company import Company

_REFERENCES = {
    "persons": ("person_id", ("deals", "activities", "notes", "files")),
    "organizations": ("org_id", ("persons", "deals", "activities", "notes", "files")),
    "deals": ("deal_id", ("activities", "notes", "files")),
}

MERGEABLE = frozenset(_REFERENCES)


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
