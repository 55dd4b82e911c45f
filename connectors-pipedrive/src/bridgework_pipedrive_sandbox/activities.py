"""Activities."""

import re
from collections.abc import Mapping
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, against_rule, malformed
from bridgework_pipedrive_sandbox.attributes import OWNER, Attribute, Body, option_of
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.html import cleaned
from bridgework_pipedrive_sandbox.records import Kind
from bridgework_pipedrive_sandbox.values import (
    Reader,
    Wrong,
    address,
    clock_time,
    day,
    flag,
    list_of,
    shape,
    text,
    uuid_text,
    whole,
)

LONGEST_NOTE = 100_000
"""Bytes."""

_DURATION = re.compile(r"\d{2,3}:[0-5]\d(:[0-5]\d)?")


def _type(company: Company) -> Reader:
    def read(value: Any) -> str:
        active = {row["key_string"] for row in company["activity_types"] if row["active_flag"]}
        if not isinstance(value, str) or value not in active:
            raise Wrong("is not an activity type")
        return value

    return read


def _participants(value: Any) -> list[Record]:
    entries = list_of(shape({"person_id": whole}, {"primary": flag}))(value)
    entries = [{"primary": False, **entry} for entry in entries]
    if sum(entry["primary"] for entry in entries) > 1:
        raise Wrong("only one participant can be primary")
    if len({entry["person_id"] for entry in entries}) < len(entries):
        raise Wrong("a person can take part once")
    if entries and not any(entry["primary"] for entry in entries):
        entries[0]["primary"] = True
    return [{"person_id": entry["person_id"], "primary": entry["primary"]} for entry in entries]


def _duration(company: Company) -> Reader:
    def read(value: Any) -> str:
        form = company.options.due_time
        if isinstance(value, str) and (found := _DURATION.fullmatch(value)):
            long = found[1] is not None
            if form == "both" or long == (form == "long"):
                return value if long else value + ":00"
        raise Wrong("is not a valid duration")

    return read


def _note(company: Company) -> Reader:
    def read(value: Any) -> str:
        content: str = text()(value)
        if len(content.encode()) > LONGEST_NOTE:
            raise Wrong(f"must be at most {LONGEST_NOTE} bytes long")
        return cleaned(content) if company.options.activity_note == "html" else content

    return read


_ATTENDEE = shape(
    {"email": text(shortest=1)},
    {"name": text(), "status": text(), "is_organizer": flag, "person_id": whole, "user_id": whole},
)


def _before(call: Call, given: Record, creating: bool) -> None:
    if "person_id" in given:
        raise against_rule("person_id: is read only, use participants")
    if creating and call.company.options.activity_type == "required":
        missing = [name for name in ("subject", "type") if given.get(name) is None]
        if missing:
            raise malformed(*(f"{name}: is required" for name in missing))


def _completed(call: Call, row: Record, values: Record) -> Record:
    company = call.company
    participants = row.get("participants") or []
    for entry in values.get("participants") or ():
        if company.live("persons", entry["person_id"]) is None:
            raise against_rule("participants: the person was not found")
    lead_id = row.get("lead_id")
    if values.get("lead_id") and not any(not lead["is_deleted"] for lead in company["leads"].having("uuid", lead_id)):
        raise against_rule("lead_id: the lead was not found")
    kind = row.get("type") or "call"
    done = row.get("done") or False
    primary = next((entry["person_id"] for entry in participants if entry["primary"]), None)
    return {
        **row,
        **_one_parent(row),
        "type": kind,
        "subject": row.get("subject") or kind.replace("_", " ").capitalize(),
        "owner_id": row.get("owner_id") or call.user["id"],
        "creator_user_id": row.get("creator_user_id") or call.user["id"],
        "participants": participants,
        "person_id": primary,
        "busy": row.get("busy") or False,
        "done": done,
        "marked_as_done_time": (row.get("marked_as_done_time") or company.stamp()) if done else None,
    }


def _one_parent(row: Record) -> Record:
    """A deal wins over a lead, a lead over a project."""
    names = ("deal_id", "lead_id", "project_id")
    kept = next((name for name in names if row.get(name) is not None), None)
    return {name: row.get(name) if name == kept else None for name in names}


_ATTRIBUTES: Mapping[str, Attribute] = {
    "subject": Attribute(text(shortest=1), clearable=False),
    "type": Attribute(of_company=_type, clearable=False),
    "owner_id": OWNER,
    "deal_id": Attribute(points_to="deals"),
    "lead_id": Attribute(uuid_text),
    "org_id": Attribute(points_to="organizations"),
    "project_id": Attribute(whole),
    "due_date": Attribute(day),
    "due_time": Attribute(of_company=lambda company: clock_time(company.options.due_time)),
    "duration": Attribute(of_company=_duration),
    "busy": Attribute(flag, clearable=False),
    "done": Attribute(flag, clearable=False),
    "location": Attribute(address),
    "participants": Attribute(_participants),
    "attendees": Attribute(list_of(_ATTENDEE)),
    "public_description": Attribute(text()),
    "priority": Attribute(of_company=option_of("activity", "priority")),
    "outcome": Attribute(of_company=option_of("activity", "outcome")),
    "note": Attribute(of_company=_note),
}

ACTIVITY = Kind(
    name="activity",
    table="activities",
    body=Body(
        attributes=_ATTRIBUTES,
        readonly=frozenset({"add_time", "update_time", "marked_as_done_time", "creator_user_id"}),
    ),
    shown=(
        "id",
        "subject",
        "type",
        "owner_id",
        "creator_user_id",
        "is_deleted",
        "add_time",
        "update_time",
        "deal_id",
        "lead_id",
        "person_id",
        "org_id",
        "project_id",
        "due_date",
        "due_time",
        "duration",
        "busy",
        "done",
        "marked_as_done_time",
        "location",
        "participants",
        "conference_meeting_client",
        "conference_meeting_url",
        "conference_meeting_id",
        "public_description",
        "priority",
        "outcome",
        "note",
    ),
    completed=_completed,
    before_read=_before,
    filters={
        "owner_id": "owner_id",
        "deal_id": "deal_id",
        "lead_id": "lead_id",
        "person_id": "person_id",
        "org_id": "org_id",
        "done": "done",
    },
    extras={"attendees": lambda company, row: row.get("attendees")},
    sortable=("id", "update_time", "add_time", "due_date"),
)
