"""Searches: late by design, case-insensitive in general, case-sensitive by field."""

from collections.abc import Callable, Iterator
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, listed
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.customvalues import SEARCHABLE
from bridgework_pipedrive_sandbox.deals import STATUSES
from bridgework_pipedrive_sandbox.listing import decode_offset, encode_offset

_OBJECTS = {"person": "persons", "organization": "organizations", "deal": "deals", "lead": "leads"}
_ELSEWHERE = ("product", "file", "mail_attachment", "project")
"""Types that can be searched and of which this account has nothing to find."""
_FIELDS = {
    "person": ("custom_fields", "email", "notes", "phone", "name"),
    "organization": ("address", "custom_fields", "notes", "name"),
    "deal": ("custom_fields", "notes", "title"),
    "lead": ("custom_fields", "notes", "title"),
}

MOST_FILTERED = 2_000
"""Hits that conditions of a search look at; what comes later is not found."""

_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda text, term: text == term,
    "beginning": lambda text, term: text.startswith(term),
    "middle": lambda text, term: term in text,
}


def search(object_name: str) -> Callable[[Call], Reply]:
    """The search of one object."""

    def handler(call: Call) -> Reply:
        fields = _wanted_fields(call, _FIELDS[object_name])
        rows = _found(call, object_name, fields)
        if call.query.keys() & {"person_id", "organization_id", "status"}:
            rows = rows[:MOST_FILTERED]
        organization = "organization_id" if object_name == "lead" else "org_id"
        conditions = {"person_id": "person_id", "organization_id": organization}
        for parameter, attribute in conditions.items():
            if parameter in call.query:
                wanted = call.number(parameter)
                rows = [row for row in rows if row.get(attribute) == wanted]
        if call.query.get("status", "open") not in STATUSES:
            raise _invalid("status must be one of open, won, lost")
        if "status" in call.query:
            rows = [row for row in rows if row.get("status") == call.query["status"]]
        page, cursor = _page(call, rows, most=500)
        return _answer([_scored(call.company, object_name, row) for row in page], cursor)

    return handler


def search_items(call: Call) -> Reply:
    """Several objects at once; pages are smaller here."""
    wanted = list(filter(None, call.query.get("item_types", "").split(","))) or list(_OBJECTS)
    if set(wanted) - {*_OBJECTS, *_ELSEWHERE}:
        raise _invalid("item_types contains an unknown type")
    found: list[tuple[str, Record]] = []
    for object_name in wanted:
        if object_name in _OBJECTS:
            every = tuple({name for names in _FIELDS.values() for name in names})
            fields = [name for name in _wanted_fields(call, every) if name in _FIELDS[object_name]]
            found.extend((object_name, row) for row in _found(call, object_name, fields))
    page, cursor = _page(call, found, most=100)
    return _answer([_scored(call.company, name, row) for name, row in page], cursor, related_items=[])


def search_field(call: Call) -> Reply:
    """Rows by the value of one field: case counts; one character will do for an exact match."""
    object_name, code = call.query.get("entity_type", ""), call.query.get("field", "")
    match = call.query.get("match", "exact")
    term = _term(call, shortest=1 if match == "exact" else 2)
    if object_name not in _OBJECTS or match not in _MATCHES:
        raise _invalid("entity_type or match is not one of the known values")
    field = call.company.fields("deal" if object_name == "lead" else object_name).get(code)
    if field is None or field["field_type"] not in SEARCHABLE:
        raise _invalid("field cannot be searched")
    fits = _MATCHES[match]
    rows = []
    for row in _indexed(call.company, object_name):
        values = row.get("custom_fields", {}) if field["is_custom_field"] else row
        if any(fits(text, term) for text in _texts(values.get(code))):
            rows.append({"id": row.get("uuid", row["id"]), "name": row.get("name") or row.get("title")})
    page, cursor = _page(call, rows, most=500)
    return listed(page, next_cursor=cursor)


def _term(call: Call, *, shortest: int) -> str:
    term = call.query.get("term", "")
    if len(term.strip()) < shortest:
        raise _invalid(f"term must be at least {shortest} characters long")
    return term


def _invalid(reason: str) -> Refused:
    return Refused(400, f"ERR_INVALID_INPUT: {reason}", "ERR_INVALID_INPUT")


def _wanted_fields(call: Call, known: tuple[str, ...]) -> list[str]:
    fields = list(filter(None, call.query.get("fields", "").split(","))) or list(known)
    if set(fields) - set(known):
        raise _invalid("fields contains an unknown field")
    return fields


def _indexed(company: Company, object_name: str) -> Iterator[Record]:
    return company.search.rows(_OBJECTS[object_name], company.now().timestamp())


def _found(call: Call, object_name: str, fields: list[str]) -> list[Record]:
    exact = bool(call.flag("exact_match"))
    term = _term(call, shortest=1 if exact else 2).casefold()

    def fits(text: str) -> bool:
        return text.casefold() == term if exact else term in text.casefold()

    company = call.company
    return [
        row
        for row in _indexed(company, object_name)
        if any(fits(text) for name in fields for text in _field_texts(company, object_name, row, name))
    ]


def _field_texts(company: Company, object_name: str, row: Record, name: str) -> list[str]:
    if name == "custom_fields":
        return _custom_texts(company, object_name, row)
    if name in ("email", "phone"):
        return [entry["value"] for entry in row.get(name + "s") or ()]
    if name == "notes":
        parent = {"person": "person_id", "organization": "org_id", "deal": "deal_id", "lead": "lead_id"}[object_name]
        return [note["content"] for note in company["notes"].having(parent, row.get("uuid", row["id"]))]
    return _texts(row.get(name))


def _custom_texts(company: Company, object_name: str, row: Record) -> list[str]:
    fields = company.custom_keys("deal" if object_name == "lead" else object_name)
    return [
        text
        for code, value in (row.get("custom_fields") or {}).items()
        if code in fields and fields[code]["field_type"] in SEARCHABLE
        for text in _texts(value)
    ]


def _texts(value: Any) -> list[str]:
    """Searchable texts of a value; of an object (address, money) its main part."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    if isinstance(value, dict):
        return _texts(value.get("value"))
    return [str(value)]


def _page(call: Call, rows: list[Any], *, most: int) -> tuple[list[Any], str | None]:
    limit = call.page_size(most)
    start = decode_offset(call.query["cursor"]) if "cursor" in call.query else 0
    end = start + limit
    return rows[start:end], encode_offset(end) if len(rows) > end else None


def _answer(items: list[Record], cursor: str | None, **more: Any) -> Reply:
    body = {"success": True, "data": {"items": items, **more}, "additional_data": {"next_cursor": cursor}}
    return Reply(body)


def _scored(company: Company, object_name: str, row: Record) -> Record:
    item: Record = {
        "id": row.get("uuid", row["id"]),
        "type": object_name,
        "visible_to": row.get("visible_to"),
        "owner": {"id": row["owner_id"]},
        "custom_fields": _custom_texts(company, object_name, row),
        "notes": [],
    }
    if object_name == "person":
        texts = {name + "s": [entry["value"] for entry in row[name + "s"]] for name in ("email", "phone")}
        item |= {"name": row["name"], **texts, "organization": _short(company, "organizations", row.get("org_id"))}
    elif object_name == "organization":
        item |= {"name": row["name"], "address": (row.get("address") or {}).get("value")}
    elif object_name == "deal":
        item |= {
            "title": row["title"],
            "value": row["value"],
            "currency": row["currency"],
            "status": row["status"],
            "stage": _short(company, "stages", row["stage_id"]),
            "person": _short(company, "persons", row.get("person_id")),
            "organization": _short(company, "organizations", row.get("org_id")),
            "is_archived": row["is_archived"],
        }
    else:
        value = row.get("value") or {}
        item |= {
            "title": row["title"],
            "value": value.get("amount"),
            "currency": value.get("currency"),
            "person": _short(company, "persons", row.get("person_id")),
            "organization": _short(company, "organizations", row.get("organization_id")),
            "phones": _channels(company, row, "phones"),
            "emails": _channels(company, row, "emails"),
            "is_archived": row["is_archived"],
        }
    return {"result_score": 1.0, "item": item}


def _channels(company: Company, lead: Record, name: str) -> list[str]:
    person = company["persons"].get(lead["person_id"]) if lead.get("person_id") else None
    return [entry["value"] for entry in person[name]] if person else []


def _short(company: Company, table: str, row_id: int | None) -> Record | None:
    row = company[table].get(row_id) if row_id is not None else None
    return row and {"id": row["id"], "name": row["name"]}
