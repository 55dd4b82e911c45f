"""From a resolved body to the JSON of a request. Composite fields are always written whole: the server keeps or blanks
the parts that are missing by rules of each type's own (reference on Twenty, section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from bridgework.canonical import Misfit, Unfit
from bridgework.model import Body, Value
from bridgework_twenty import prose, values
from bridgework_twenty.catalogue import Kind
from bridgework_twenty.fields import Field

ADDRESS = {
    "street": "addressStreet1",
    "street2": "addressStreet2",
    "city": "addressCity",
    "state": "addressState",
    "postal_code": "addressPostcode",
    "country": "addressCountry",
}
ACTOR_SOURCE = "IMPORT"


def request_body(
    kind: Kind, body: Body, region: str, *, creating: bool = True, links: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON for a create or update, without id and marker.

    `links` are the links composites as they are stored: an update of one keeps its label and further links.
    Raises `Misfit` for a value that does not fit its field, or a field that is not there.
    """
    sent: dict[str, Any] = {}
    for key, value in body.items():
        field = kind.fields.get(key)
        if field is None:
            raise Misfit(key, "the workspace has no such field")
        try:
            tidy = field.tidy(value, region)
            if creating and tidy is None:
                continue
            _put(sent, field, tidy, (links or {}).get(field.wire))
        except Unfit as error:
            raise Misfit(key, str(error)) from None
    return sent


def _put(sent: dict[str, Any], field: Field, tidy: Value, stored: Any) -> None:
    if field.kind == "FULL_NAME":
        sent.setdefault(field.wire, {})[field.part] = tidy or ""
    elif field.kind == "LINKS":
        sent[field.wire] = _links(tidy, stored)
    elif field.kind in _EMPTY and tidy is None:
        sent[field.wire] = _EMPTY[field.kind]
    elif field.kind in _WRITERS:
        sent[field.wire] = None if tidy is None else _WRITERS[field.kind](tidy)
    else:
        sent[field.wire] = tidy


def _emails(tidy: Value) -> dict[str, Any]:
    primary = next((item["value"] for item in tidy if item["primary"]), "")
    return {"primaryEmail": primary, "additionalEmails": [i["value"] for i in tidy if not i["primary"]]}


def _phones(tidy: Value) -> dict[str, Any]:
    """Numbers in E.164 say their country themselves; codes sent beside them could only contradict."""
    primary = next((item["value"] for item in tidy if item["primary"]), "")
    others = [{"number": item["value"]} for item in tidy if not item["primary"]]
    first = {"primaryPhoneNumber": primary} if primary else _EMPTY["PHONES"]
    return {**first, "additionalPhones": others}


def _links(tidy: Value, stored: Any) -> dict[str, Any]:
    kept = stored if isinstance(stored, Mapping) and tidy else {}
    return {
        "primaryLinkUrl": tidy or "",
        "primaryLinkLabel": kept.get("primaryLinkLabel") or "",
        "secondaryLinks": kept.get("secondaryLinks") or [],
    }


def _address(tidy: Value) -> dict[str, Any]:
    first, second = values.street_lines(tidy)
    parts = {**tidy, "street": first, "street2": second}
    return {wire: parts.get(part, "") for part, wire in ADDRESS.items()}


def _money(tidy: Value) -> dict[str, Any]:
    return {"amountMicros": values.micros(Decimal(tidy["amount"])), "currencyCode": tidy["currency"]}


def _json_number(tidy: Value) -> int | Decimal:
    number = Decimal(str(tidy))
    return int(number) if number == number.to_integral_value() else number


_EMPTY: Mapping[str, Any] = {
    "TEXT": "",
    "EMAILS": {"primaryEmail": "", "additionalEmails": []},
    "PHONES": {
        "primaryPhoneNumber": "",
        "primaryPhoneCountryCode": "",
        "primaryPhoneCallingCode": "",
        "additionalPhones": [],
    },
    "ADDRESS": dict.fromkeys(ADDRESS.values(), ""),
    "CURRENCY": {"amountMicros": None, "currencyCode": None},
    "RICH_TEXT": {"markdown": ""},
    "MULTI_SELECT": [],
}
_WRITERS: Mapping[str, Callable[[Value], Any]] = {
    "EMAILS": _emails,
    "PHONES": _phones,
    "ADDRESS": _address,
    "CURRENCY": _money,
    "NUMBER": _json_number,
    "NUMERIC": _json_number,
    "RICH_TEXT": lambda tidy: {"markdown": prose.to_markdown(tidy)},
    "ACTOR": lambda tidy: {"source": ACTOR_SOURCE, "name": tidy},
}


def predicted(kind: Kind, given: Mapping[str, Value], region: str) -> Body:
    """The body in stored spelling. A value that does not fit its field stays as it is: the write will say so."""
    return {key: _predicted(kind.fields.get(key), value, region) for key, value in given.items()}


def _predicted(field: Field | None, value: Value, region: str) -> Value:
    if field is None:
        return value
    try:
        return field.tidy(value, region)
    except (Unfit, AttributeError):
        return value
