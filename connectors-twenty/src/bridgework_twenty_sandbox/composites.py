"""Values of fields with parts. A partial update is destructive in a way of its own for each type (section 6)."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from bridgework_twenty_sandbox import links, phones, richtext, values
from bridgework_twenty_sandbox.answers import Record, bad, type_error
from bridgework_twenty_sandbox.fieldtypes import IN_WORDS, PARTS, SOURCES, empty
from bridgework_twenty_sandbox.inspecting import inspect, plain

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def written(field: Mapping[str, Any], value: Any, before: Record) -> Record:
    """The whole value after writing ``value`` over ``before``. Null for the whole changes nothing. Raises Refused."""
    kind, name = field["type"], field["name"]
    if value is None:
        if kind == "RICH_TEXT":
            raise type_error("Cannot read properties of null (reading 'blocknote')")
        return before
    if not isinstance(value, dict):
        raise bad(f'Invalid object value {inspect(value)} for field "{name}"', f'Invalid value: "{inspect(value)}"')
    for part in value:
        if part not in PARTS[kind]:
            raise bad(f'Invalid subfield {part} for {IN_WORDS[kind]} field "{name}"')
    return _WRITERS[kind](name, value, before)


def _independent(name: str, value: Record, before: Record) -> Record:
    return {**before, **{part: values.text(each, f"{name}.{part}") for part, each in value.items()}}


def _address(name: str, value: Record, before: Record) -> Record:
    leaves = PARTS["ADDRESS"]
    parts = {
        part: _number(each, f"{name}.{part}") if leaves[part] == "NUMBER" else values.text(each, f"{name}.{part}")
        for part, each in value.items()
    }
    return {**before, **parts}


def _currency(name: str, value: Record, before: Record) -> Record:
    """Decimals are cut; the code is not checked."""
    after = dict(before)
    if "amountMicros" in value:
        amount = _number(value["amountMicros"], f"{name}.amountMicros")
        after["amountMicros"] = None if amount is None else int(amount)
    if "currencyCode" in value:
        after["currencyCode"] = values.text(value["currencyCode"], f"{name}.currencyCode") or None
    return after


def _number(value: Any, name: str) -> int | float | None:
    """A number, or the text of one."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            exact = float(Decimal(value.strip()))
        except (InvalidOperation, OverflowError):
            exact = float("nan")
        if exact != exact or abs(exact) == float("inf"):
            raise bad(f'Invalid number value NaN for field "{name}"')
        return plain(exact)
    return values.number(value, name)


def _emails(name: str, value: Record, before: Record) -> Record:
    """Without a primary address in an update the primary one is blanked; the additional ones stay by themselves."""
    after = {**before, "primaryEmail": _email(value.get("primaryEmail"), f"{name}.primaryEmail")}
    if "additionalEmails" in value:
        listed = _list(value["additionalEmails"], f"{name}.additionalEmails")
        after["additionalEmails"] = [_email(each, f"{name}.additionalEmails") for each in listed]
    return after


def _email(value: Any, name: str) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise bad(
            f'Invalid string value {inspect(value)} for email field "{name}"', f'Invalid value: "{inspect(value)}"'
        )
    return value.lower()


def _phones(name: str, value: Record, before: Record) -> Record:
    """An update without additional numbers empties them; one with these alone keeps the primary number."""
    after = dict(before)
    sent = {part: values.text(each, f"{name}.{part}") for part, each in value.items() if part != "additionalPhones"}
    after |= sent
    if sent.get("primaryPhoneNumber"):
        found = phones.parsed(
            sent["primaryPhoneNumber"],
            sent.get("primaryPhoneCountryCode", ""),
            sent.get("primaryPhoneCallingCode", ""),
        )
        after |= {
            "primaryPhoneNumber": found["number"],
            "primaryPhoneCountryCode": found["countryCode"],
            "primaryPhoneCallingCode": found["callingCode"],
        }
    listed = _list(value.get("additionalPhones"), f"{name}.additionalPhones")
    after["additionalPhones"] = [_additional_phone(each, f"{name}.additionalPhones") for each in listed]
    return after


def _additional_phone(value: Any, name: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise bad(f'Invalid object value {inspect(value)} for field "{name}"')
    sent = {part: values.text(value.get(part), f"{name}.{part}") for part in ("number", "countryCode", "callingCode")}
    return phones.parsed(sent["number"], sent["countryCode"], sent["callingCode"])


def _links(name: str, value: Record, _: Record) -> Record:
    """Always written whole: what is not sent is emptied. An empty primary link is filled by the first secondary one."""
    url = values.text(value.get("primaryLinkUrl"), f"{name}.primaryLinkUrl")
    label = values.text(value.get("primaryLinkLabel"), f"{name}.primaryLinkLabel")
    listed = _list(value.get("secondaryLinks"), f"{name}.secondaryLinks")
    secondary = [_link(each, f"{name}.secondaryLinks") for each in listed]
    if not url and secondary:
        first, *secondary = secondary
        url, label = first["url"], first["label"]
    elif url:
        url = links.normalised(url)
    return {"primaryLinkLabel": label if url else "", "primaryLinkUrl": url, "secondaryLinks": secondary}


def _link(value: Any, name: str) -> Record:
    if not isinstance(value, dict):
        raise bad(f'Invalid object value {inspect(value)} for field "{name}"')
    url = links.normalised(values.text(value.get("url"), f"{name}.url"))
    return {"url": url, "label": values.text(value.get("label"), f"{name}.label")}


def _list(value: Any, name: str) -> list[Any]:
    taken = values.raw_json(value, name) or []
    if not isinstance(taken, list):
        raise bad(f'Invalid array value {inspect(value)} for field "{name}"')
    return taken


def _rich_text(name: str, value: Record, _: Record) -> Record:
    """Markdown comes back verbatim; blocks are kept when they come alone."""
    markdown = values.text(value.get("markdown"), f"{name}.markdown")
    sent = values.text(value.get("blocknote"), f"{name}.blocknote")
    blocks: Any = None
    if sent:
        try:
            blocks = orjson.loads(sent)
        except ValueError:
            raise bad(f'Invalid blocknote value for field "{name}.blocknote" - must contain valid JSON') from None
        if richtext.is_dangerous(blocks):
            raise bad(f'Dangerous URL protocol in blocknote content for field "{name}.blocknote"')
    if markdown:
        return {"blocknote": richtext.blocks_of(markdown), "markdown": markdown}
    if not sent:
        nothing: Record = empty("RICH_TEXT")
        return nothing
    return {"blocknote": sent, "markdown": richtext.markdown_of(blocks if isinstance(blocks, list) else [])}


def _actor(name: str, value: Record, before: Record) -> Record:
    after = dict(before)
    for part, each in value.items():
        where = f"{name}.{part}"
        if part == "source":
            after[part] = values.option(each, where, list(SOURCES)) or before["source"]
        elif part == "workspaceMemberId":
            after[part] = values.uuid(each, where)
        elif part == "name":
            after[part] = values.text(each, where)
        else:
            after[part] = values.raw_json(each, where)
    return after


_WRITERS: Mapping[str, Callable[[str, Record, Record], Record]] = {
    "FULL_NAME": _independent,
    "ADDRESS": _address,
    "CURRENCY": _currency,
    "EMAILS": _emails,
    "PHONES": _phones,
    "LINKS": _links,
    "RICH_TEXT": _rich_text,
    "ACTOR": _actor,
}
