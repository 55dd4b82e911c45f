"""By which fields people know a record, where values of the sample are shown to them."""

from __future__ import annotations

from typing import Any

from bridgework.model import FieldType, TargetField
from bridgework.stages.diff import _names

from .conftest import compiled

RULE = """
rules:
  clients:
    from: clients
    to: person
    fields:
      Number: {from: number, type: text}
      emails: {from: email, use: email_list}
      Given: first
      name.last: last
"""


def field(key: str, kind: FieldType = FieldType.LONG_TEXT, **more: Any) -> TargetField:
    return TargetField(key=key, label=more.pop("label", key), type=kind, **more)


OWN = (
    field("x1", label="Number", custom=True),
    field("emails", FieldType.EMAILS),
    field("name.first", label="Given"),
    field("name.last"),
    field("job"),
)


def test_the_first_text_of_the_destinations_own_and_its_other_parts_name_a_record() -> None:
    assert _names(compiled(RULE).rules["clients"], OWN) == [["name.first", "name.last"]]


def test_what_the_destination_requires_names_a_record_before() -> None:
    fields = (*OWN, field("title", FieldType.TEXT, required=True))
    assert _names(compiled(RULE).rules["clients"], fields) == [["title"]]


def test_a_record_without_texts_has_no_name() -> None:
    assert _names(compiled(RULE).rules["clients"], OWN[:2]) == [[]]
