"""What counts as the same when a record is read back."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.model import FieldType, TargetField
from bridgework.stages.comparing import compare, number_fields

FIELDS = (
    TargetField(key="card", label="Card", type=FieldType.TEXT),
    TargetField(key="home", label="Home", type=FieldType.ADDRESS),
    TargetField(key="visits", label="Visits", type=FieldType.INTEGER),
    TargetField(key="fee", label="Fee", type=FieldType.MONEY),
)


def kind(field: str, sent: Any, stored: Any) -> str:
    [found] = compare({field: sent}, {field: sent}, {field: stored}, number_fields(FIELDS))
    return found.kind


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("card", "007", "7"),
        ("card", "3.10", "3.1"),
        ("card", "1e3", "1000"),
        ("card", "12", 12),
        ("home", {"value": "Dover", "postal_code": "02134"}, {"value": "Dover", "postal_code": "2134"}),
        ("fee", {"amount": "12.50", "currency": "USD"}, {"amount": "12.50", "currency": "EUR"}),
    ],
)
def test_a_text_that_reads_as_the_same_number_is_another_text(field: str, sent: Any, stored: Any) -> None:
    assert kind(field, sent, stored) == "wrong"


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("visits", 12, "12.0"),
        ("fee", {"amount": "12.50", "currency": "USD"}, {"amount": "12.5", "currency": "USD"}),
        ("card", None, ""),
        ("home", {"value": "Dover", "city": ""}, {"value": "Dover"}),
    ],
)
def test_numbers_are_compared_by_value_and_nothing_has_several_forms(field: str, sent: Any, stored: Any) -> None:
    assert kind(field, sent, stored) == "equal"
