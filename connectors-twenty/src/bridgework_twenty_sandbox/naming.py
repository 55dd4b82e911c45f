"""Rules for the names of objects and fields, and for the options of choice fields (reference, section 8)."""

import re
from collections.abc import Iterator
from typing import Any

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.fieldtypes import PARTS, is_quoted
from bridgework_twenty_sandbox.kinds import Kind, capital

LONGEST = 63
_NAME = re.compile(r"[a-z][a-zA-Z0-9]*")
_OPTION = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)*")

_SINGULAR = (
    "plan",
    "role",
    "job",
    "user",
    "workspace",
    "event",
    "field",
    "link",
    "type",
    "object",
    "relation",
    "featureFlag",
    "appToken",
    "keyValuePair",
    "pageLayout",
    "pageLayoutTab",
    "pageLayoutWidget",
    "userWorkspace",
    "userWorkspaceRole",
    "twoFactorMethod",
    "approvedAccessDomain",
    "billingCustomer",
    "billingEntitlement",
    "billingMeter",
    "billingProduct",
    "billingSubscription",
    "billingSubscriptionItem",
)
_OTHERS = ("currency", "currencies", "fullNames", "address", "addresses", "index", "aggregate", "search", "searches")
RESERVED = frozenset([*_SINGULAR, *(f"{name}s" for name in _SINGULAR), *_OTHERS])

_INVALID = "Name is not valid: it must start with lowercase letter and contain only alphanumeric letters"
_TAKEN = 'This name is reserved. Use a different name or the system will add "Custom" suffix.'


def problem(code: str, message: str, friendly: str | None = None, **more: Any) -> Record:
    return {"code": code, "message": message, "userFriendlyMessage": friendly or message, **more}


def name_problems(name: str, code: str) -> Iterator[Record]:
    if not name:
        yield problem(code, "Name is too short", value=name)
    elif len(name) > LONGEST:
        yield problem(code, "Name is too long", value=name)
    elif not _NAME.fullmatch(name):
        yield problem(code, _INVALID, value=name)
    elif name in RESERVED:
        yield problem(code, _TAKEN, value=name)


def label_problems(label: str, code: str) -> Iterator[Record]:
    if not label.strip():
        yield problem(code, "Label is too short", value=label)
    elif len(label) > LONGEST:
        yield problem(code, "Label is too long", value=label)


def option_problems(field_type: str, options: Any, default: Any) -> Iterator[Record]:
    """What is wrong with the options of a choice field, and with a default that has to be one of them."""
    code = "INVALID_FIELD_INPUT"
    if not isinstance(options, list) or not options:
        yield problem(code, "Options are required for enum fields", value=[])
        return
    for option in options:
        yield from _one_option(option, code)
    values = [option.get("value") for option in options if isinstance(option, dict)]
    if len({repr(value) for value in values}) < len(values):
        yield problem(code, "Duplicated option value", value=options)
    positions = [option.get("position") for option in options if isinstance(option, dict)]
    if len({repr(position) for position in positions}) < len(positions):
        yield problem(code, "Duplicated option position", value=options)
    for each in default if isinstance(default, list) and field_type == "MULTI_SELECT" else [default]:
        if each is None:
            continue
        if not is_quoted(each):
            yield problem(code, "Default value should be as quoted string", value=each)
        elif each[1:-1] not in values:
            yield problem(code, f'Default value "{each}" must be one of the option values', value=each)


def _one_option(option: Any, code: str) -> Iterator[Record]:
    label, value = (option.get("label"), option.get("value")) if isinstance(option, dict) else (None, None)
    if not isinstance(label, str) or not label:
        yield problem(code, "Option label is required", value=label)
    elif len(label) > LONGEST:
        yield problem(code, "Label is too long", value=label)
    elif "," in label:
        yield problem(code, "Label must not contain a comma", value=label)
    if not isinstance(value, str) or not value:
        yield problem(code, "Option value is required", value=value)
    elif len(value) > LONGEST:
        yield problem(code, "Value is too long", value=value)
    elif not _OPTION.fullmatch(value):
        yield problem(code, f'Value must be in UPPER_CASE and follow snake_case "{value}"', value=value)


def default_problems(field_type: str, default: Any) -> Iterator[Record]:
    code = "INVALID_FIELD_INPUT"
    if default is None:
        return
    if field_type == "TEXT" and not is_quoted(default):
        yield problem(code, "Default value should be as quoted string", value=default)
    elif field_type == "BOOLEAN" and not isinstance(default, bool):
        yield problem(code, "Default value is not valid for type BOOLEAN", value=default)
    elif field_type == "NUMBER" and (isinstance(default, bool) or not isinstance(default, (int, float))):
        yield problem(code, "Default value is not valid for type NUMBER", value=default)


def not_available(name: str) -> Record:
    message = f'Name "{name}" is not available as it is already used by another field'
    return problem("NOT_AVAILABLE", message, value=name)


def taken_names(kind: Kind, name: str) -> Iterator[Record]:
    """Names of other fields, of their columns, and of the columns that hold parts of composites."""
    if name in kind.fields:
        yield not_available(name)
    elif name in kind.columns:
        yield problem(
            "NOT_AVAILABLE",
            f'Name "{name}" is not available as it is already used by another join column name',
            f'Name "{name}" is not available as it is already used by join column name',
            value=name,
        )
    elif name in {
        field["name"] + capital(part) for field in kind.fields.values() for part in PARTS.get(field["type"], ())
    }:
        yield problem(
            "RESERVED_KEYWORD",
            f'Name "{name}" is reserved composite field name',
            f'Name "{name}" is not available',
            value=name,
        )


def camel(label: str) -> str:
    """The name that the server makes of a label."""
    words = [word.lower() for word in re.findall(r"[A-Za-z0-9]+", label)]
    return "".join(words[:1] + [capital(word) for word in words[1:]])
