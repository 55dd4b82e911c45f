"""Leads (v1): UUIDs outside, custom fields of deals at the root, instants with milliseconds."""

from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, not_found
from bridgework_pipedrive_sandbox.attributes import visibility
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company, new_uuid
from bridgework_pipedrive_sandbox.customvalues import read_custom_fields
from bridgework_pipedrive_sandbox.deals import check_cap
from bridgework_pipedrive_sandbox.leadlabels import labels
from bridgework_pipedrive_sandbox.listing import v1_page
from bridgework_pipedrive_sandbox.v1 import linked, milliseconds, since_of
from bridgework_pipedrive_sandbox.values import Reader, Wrong, currency, day, flag, number, shape, text, whole

_AMOUNT = shape({"amount": number, "currency": currency})
_PLAIN: dict[str, Reader] = {
    "title": text(255, shortest=1),
    "owner_id": whole,
    "value": _AMOUNT,
    "expected_close_date": day,
    "was_seen": flag,
    "origin_id": text(),
    "channel": whole,
    "channel_id": text(),
    "is_archived": flag,
}
_LINKS = {"person_id": "persons", "organization_id": "organizations"}


def create(call: Call) -> Reply:
    company = call.company
    check_cap(company)
    given = call.object_body
    if "is_archived" in given:
        raise Refused(400, "is_archived cannot be set on create")
    values = _values(company, given)
    if values.get("title") is None:
        raise Refused(400, "title is required")
    now = company.stamp()
    row = {
        "uuid": new_uuid(),
        "is_deleted": False,
        "is_archived": False,
        "owner_id": call.user["id"],
        "creator_id": call.user["id"],
        "visible_to": company.plan.everybody,
        "was_seen": False,
        "label_ids": [],
        "add_time": now,
        **dict.fromkeys(_LINKS),
        **values,
        "update_time": now,
    }
    _check_links(row)
    return data(shown(company["leads"].insert(row)), 201)


def update(call: Call) -> Reply:
    before = _lead(call)
    given = call.object_body
    if "origin_id" in given:
        raise Refused(400, "origin_id cannot be changed")
    values = _values(call.company, given)
    custom = {**before.get("custom_fields", {}), **values.get("custom_fields", {})}
    row = {**before, **values, "custom_fields": custom, "update_time": call.company.stamp()}
    _check_links(row)
    call.company["leads"].put(row)
    return data(shown(row))


def read_one(call: Call) -> Reply:
    return data(shown(_lead(call)))


def delete(call: Call) -> Reply:
    row = _lead(call)
    call.company.delete_softly("leads", row)
    return data({"id": row["uuid"]})


def read_list(call: Call) -> Reply:
    return _page(call, archived=False)


def read_archived(call: Call) -> Reply:
    return _page(call, archived=True)


def _page(call: Call, *, archived: bool) -> Reply:
    conditions = {name: call.number(name) for name in ("owner_id", *_LINKS) if name in call.query}
    since = since_of(call)
    rows = (
        row
        for row in call.company["leads"].ascending()
        if not row["is_deleted"]
        and row["is_archived"] == archived
        and (since is None or row["update_time"] >= since)
        and all(row[name] == value for name, value in conditions.items())
        and call.company.is_listed("leads", row["id"])
    )
    return v1_page(call, rows, shown, most=500, nested=False)


def _lead(call: Call) -> Record:
    row = next(call.company["leads"].having("uuid", call.variable), None)
    if row is None or row["is_deleted"]:
        raise not_found("Lead")
    return row


def _values(company: Company, given: Record) -> Record:
    values: Record = {name: linked(company, table, name, given) for name, table in _LINKS.items() if name in given}
    custom: Record = {}
    keys = company.custom_keys("deal")
    for name, value in given.items():
        if name in keys:
            custom[name] = value
        elif name in _PLAIN:
            values[name] = None if value is None else _read(name, _PLAIN[name], value)
        elif name == "visible_to":
            values[name] = _read(name, _visible(company), value)
        elif name == "label_ids":
            values[name] = _read(name, labels(company), value)
        elif name not in _LINKS and company.options.unknown_properties == "refuse":
            raise Refused(400, f"Parameter '{name}' is not allowed for this request")
    if custom:
        values["custom_fields"] = read_custom_fields(company, "deal", custom)
    if values.get("owner_id") is not None and company["users"].get(values["owner_id"]) is None:
        raise Refused(400, "owner_id: the user was not found")
    return values


def _visible(company: Company) -> Reader:
    """The only visible_to that is a text."""

    def read(value: Any) -> int:
        if not isinstance(value, str) or not value.isdigit():
            raise Wrong("must be a string")
        return int(visibility(company)(int(value)))

    return read


def _read(name: str, reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except Wrong as wrong:
        raise Refused(400, f"{name} {wrong}") from None


def _check_links(row: Record) -> None:
    if row["person_id"] is None and row["organization_id"] is None:
        raise Refused(400, "A lead must have a person_id or an organization_id")


def shown(row: Record) -> Record:
    return {
        "id": row["uuid"],
        **{name: row.get(name) for name in ("title", "owner_id", "creator_id", *_LINKS)},
        "label_ids": row.get("label_ids", []),
        "source_name": "API",
        "origin": "API",
        **{name: row.get(name) for name in ("origin_id", "channel", "channel_id", "is_archived", "was_seen", "value")},
        "source_deal_id": None,
        "expected_close_date": row.get("expected_close_date"),
        "next_activity_id": None,
        "add_time": milliseconds(row["add_time"]),
        "update_time": milliseconds(row["update_time"]),
        "visible_to": str(row["visible_to"]),
        "cc_email": f"lead+{row['uuid']}@pipedrivemail.example",
        **{key: value for key, value in row.get("custom_fields", {}).items() if value is not None},
    }
