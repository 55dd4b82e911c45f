"""Sample values by field type: what a record of any destination can be filled with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bridgework.model import Body, FieldType, Owner, TargetField, TargetObject, Value
from bridgework.testing.subjects import FieldValue

T = FieldType
Refer = Callable[[TargetField], Value]

_PLAIN: Mapping[FieldType, Callable[[int], Value]] = {
    T.TEXT: lambda n: f"Sample {n}",
    T.LONG_TEXT: lambda n: f"Sample {n}, first line\nSecond line",
    T.HTML: lambda n: f"<p>Sample {n}</p>",
    T.INTEGER: lambda n: n,
    T.NUMBER: lambda n: f"{n}.25",
    T.MONEY: lambda n: {"amount": f"{n}.50", "currency": "USD"},
    T.BOOLEAN: lambda n: True,
    T.DATE: lambda n: f"2026-03-{n % 27 + 1:02d}",
    T.TIME: lambda n: "13:30:00",
    T.INSTANT: lambda n: "2026-03-01T13:30:00Z",
    T.EMAILS: lambda n: [{"value": f"sample{n}@example.org", "label": "work", "primary": True}],
    T.PHONES: lambda n: [{"value": "+13035550100", "label": "work", "primary": True}],
    T.PHONE: lambda n: "+13035550100",
    T.ADDRESS: lambda n: {"value": "1 Main St, Denver"},
}
TEXTS = (T.TEXT, T.LONG_TEXT, T.HTML)


def text_field(target: TargetObject) -> TargetField | None:
    """The field that tests write texts into: a required one before others, a short one before a long one."""
    fitting = [
        field for field in target.fields if field.type in TEXTS and field.settable == "always" and not field.unique
    ]
    return min(fitting, key=lambda each: (not each.required, TEXTS.index(each.type)), default=None)


def body(
    target: TargetObject,
    number: int,
    *,
    owners: Sequence[Owner],
    refer: Refer,
    given: Mapping[str, FieldValue],
    whole: bool,
    attached: bool,
) -> Body:
    """A record: what is required and its text; with `attached` what it refers to, with `whole` every field there is.

    `given` values win.
    """
    text = text_field(target)
    found: Body = {}
    for field in target.fields:
        if field.key in given:
            value = given[field.key]
            found[field.key] = value(number) if callable(value) else value
        elif field.settable == "never":
            continue
        elif whole or field.required or field is text or (attached and field.type is T.REFERENCE):
            found[field.key] = value_of(field, number, owners, refer)
    return {key: value for key, value in found.items() if value is not None}


def value_of(field: TargetField, number: int, owners: Sequence[Owner], refer: Refer) -> Value:
    """A value of the field's type; None where none can be made up."""
    if field.type is T.REFERENCE:
        return refer(field)
    if field.type is T.OWNER:
        return next((owner.id for owner in owners if owner.active), None)
    if field.type in (T.CHOICE, T.CHOICES):
        key = next((option.key for option in field.options), None)
        return [key] if key is not None and field.type is T.CHOICES else key
    make = _PLAIN.get(field.type)
    value = make(number) if make else None
    return value[: field.max_length] if isinstance(value, str) and field.max_length else value
