"""Persons and organizations."""

from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, forbidden, malformed
from bridgework_pipedrive_sandbox.attributes import OWNER, VISIBLE_TO, Attribute, Body, labels, option_of
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.records import Kind
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.values import (
    Reader,
    address,
    channels,
    day,
    instant,
    one_of,
    spaced_instant,
    text,
    whole,
)

CONTACT_SYNC = ("postal_address", "notes", "im", "birthday", "job_title")
"""Attributes of a person that exist only where contact sync is set up."""
_CONTACT_SYNC = frozenset(CONTACT_SYNC)

_MARKETING = frozenset({"no_consent", "unsubscribed", "subscribed", "archived"})


def _moment(company: Company) -> Reader:
    def read(value: Any) -> str:
        if company.options.add_time_form == "both" and isinstance(value, str) and " " in value:
            return str(spaced_instant(value))
        return str(instant(value))

    return read


_ONCE = Attribute(of_company=_moment, update=False, clearable=False)


def _living(company: Company, table: str, attribute: str, row: Record) -> list[Record]:
    return [other for other in company[table].having(attribute, row["id"]) if not is_deleted(other)]


def _count(table: str, attribute: str, **wanted: Any) -> Any:
    def count(company: Company, row: Record) -> int:
        found = _living(company, table, attribute, row)
        return sum(all(other.get(name) == value for name, value in wanted.items()) for other in found)

    return count


_NOBODY_HAS = {
    **dict.fromkeys(
        (
            "email_messages_count",
            "followers_count",
            "related_open_deals_count",
            "related_closed_deals_count",
            "related_won_deals_count",
            "related_lost_deals_count",
        ),
        lambda company, row: 0,
    ),
    **dict.fromkeys(
        ("next_activity_id", "last_activity_id", "last_incoming_mail_time", "last_outgoing_mail_time"),
        lambda company, row: None,
    ),
}
"""What can be asked for although this account has no mail, no followers and no calendar."""


def _counts(attribute: str) -> dict[str, Any]:
    return {
        **_NOBODY_HAS,
        "closed_deals_count": lambda company, row: sum(
            deal["status"] != "open" for deal in _living(company, "deals", attribute, row)
        ),
        "open_deals_count": _count("deals", attribute, status="open"),
        "won_deals_count": _count("deals", attribute, status="won"),
        "lost_deals_count": _count("deals", attribute, status="lost"),
        "activities_count": _count("activities", attribute),
        "done_activities_count": _count("activities", attribute, done=True),
        "undone_activities_count": _count("activities", attribute, done=False),
        "notes_count": _count("notes", attribute),
        "files_count": _count("files", attribute),
        "smart_bcc_email": lambda company, row: f"{company.domain}@pipedrivemail.example",
    }


def _person_before(call: Call, given: Record, creating: bool) -> None:
    if not call.company.options.contact_sync and (refused := [name for name in CONTACT_SYNC if name in given]):
        raise forbidden(f"{refused[0]} can be set only where contact sync is enabled")
    parts = (given.get("first_name"), given.get("last_name"))
    if call.company.options.name_parts == "accept" and all(isinstance(part, str) for part in parts):
        given.setdefault("name", f"{given.pop('first_name')} {given.pop('last_name')}")
    if "marketing_status" in given:
        raise forbidden("marketing_status can be set only where campaigns are enabled")


def _contact(call: Call, row: Record, values: Record) -> Record:
    company = call.company
    return {
        **row,
        "owner_id": row.get("owner_id") or call.user["id"],
        "visible_to": row.get("visible_to") or company.plan.everybody,
        "label_ids": row.get("label_ids") or [],
    }


def _person(call: Call, row: Record, values: Record) -> Record:
    most = call.company.options.most_channels
    for name in ("emails", "phones"):
        if most and len(values.get(name) or ()) > most:
            raise malformed(f"{name}: must contain at most {most} items")
    first, _, last = row["name"].strip().partition(" ")
    return {
        **_contact(call, row, values),
        "first_name": first,
        "last_name": last.strip() or None,
        "emails": row.get("emails") or [],
        "phones": row.get("phones") or [],
    }


def _person_candidates(call: Call) -> list[Record] | None:
    """``deal_id``: the contact of that deal."""
    if "deal_id" not in call.query:
        return None
    deal = call.company.live("deals", call.number("deal_id") or 0)
    person = deal and deal.get("person_id") and call.company.live("persons", deal["person_id"])
    return [person] if person else []


PERSON = Kind(
    name="person",
    table="persons",
    body=Body(
        attributes={
            "name": Attribute(text(shortest=1), clearable=False),
            "owner_id": OWNER,
            "org_id": Attribute(whole, points_to="organizations"),
            "add_time": _ONCE,
            "emails": Attribute(channels),
            "phones": Attribute(channels),
            "visible_to": VISIBLE_TO,
            "label_ids": Attribute(of_company=labels("person")),
            "postal_address": Attribute(address),
            "notes": Attribute(text(10_000)),
            "im": Attribute(channels),
            "birthday": Attribute(day),
            "job_title": Attribute(text()),
            "marketing_status": Attribute(one_of(_MARKETING)),
        },
        required=("name",),
        readonly=frozenset({"update_time"}),
        custom="person",
    ),
    shown=(
        "id",
        "name",
        "first_name",
        "last_name",
        "owner_id",
        "org_id",
        "add_time",
        "update_time",
        "emails",
        "phones",
        "is_deleted",
        "visible_to",
        "label_ids",
        "picture_id",
        *CONTACT_SYNC,
    ),
    completed=_person,
    before_read=_person_before,
    filters={"owner_id": "owner_id", "org_id": "org_id"},
    candidates=_person_candidates,
    hidden=lambda company: frozenset() if company.options.contact_sync else _CONTACT_SYNC,
    extras={
        **_counts("person_id"),
        **dict.fromkeys(("participant_open_deals_count", "participant_closed_deals_count"), lambda company, row: 0),
        **dict.fromkeys(("marketing_status", "doi_status"), lambda company, row: None),
    },
)

ORGANIZATION = Kind(
    name="organization",
    table="organizations",
    body=Body(
        attributes={
            "name": Attribute(text(shortest=1), clearable=False),
            "owner_id": OWNER,
            "add_time": _ONCE,
            "visible_to": VISIBLE_TO,
            "label_ids": Attribute(of_company=labels("organization")),
            "address": Attribute(address),
            "website": Attribute(text()),
            "linkedin": Attribute(text()),
            "industry": Attribute(of_company=option_of("organization", "industry")),
            "annual_revenue": Attribute(whole),
            "employee_count": Attribute(whole),
        },
        required=("name",),
        readonly=frozenset({"update_time"}),
        custom="organization",
    ),
    shown=(
        "id",
        "name",
        "owner_id",
        "add_time",
        "update_time",
        "is_deleted",
        "visible_to",
        "address",
        "label_ids",
        "website",
        "linkedin",
        "industry",
        "annual_revenue",
        "employee_count",
    ),
    completed=_contact,
    filters={"owner_id": "owner_id"},
    extras={**_counts("org_id"), "people_count": _count("persons", "org_id")},
)
