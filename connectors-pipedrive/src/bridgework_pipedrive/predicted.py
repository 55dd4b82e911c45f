"""How a resolved body will read back: the same spelling that `stored` gives, computed without a request."""

from __future__ import annotations

from collections.abc import Mapping

from bridgework.canonical import Unfit, number
from bridgework.model import Body, FieldType, TargetField, Value
from bridgework_pipedrive import prose, values
from bridgework_pipedrive.objects import ObjectType


def body(kind: ObjectType, given: Mapping[str, Value], custom: Mapping[str, TargetField], currency: str = "") -> Body:
    """The body in stored spelling. A value that does not fit its field stays as it is: the write will say so."""
    return {key: _value(kind, key, value, custom, currency) for key, value in given.items()}


def _value(kind: ObjectType, key: str, value: Value, custom: Mapping[str, TargetField], currency: str) -> Value:
    if value is None or value == "":
        return None
    built_in = kind.field(key)
    known = built_in or custom.get(key)
    if known is None:
        return value
    try:
        if (kind.name, key) == ("activity", "note"):
            return prose.tidy(value) or None
        tidy = values.tidy(known.type, value)
    except (Unfit, AttributeError):
        return value
    if known.type is FieldType.MONEY and tidy:
        if kind.name == "deal" and key == "value" and not number(tidy["amount"]):
            return None  # a deal without a value has the value 0
        return {**tidy, "currency": tidy["currency"] or currency}
    return tidy
