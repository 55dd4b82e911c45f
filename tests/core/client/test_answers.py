import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.client import Answer
from bridgework.client.answers import MAX_DEPTH, Unreadable, parse
from bridgework.client.bodies import Unwritable, to_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(JSON)
def test_whatever_json_can_say_is_read_unchanged(value: object) -> None:
    assert parse(json.dumps(value).encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_decimal_keeps_its_digits_on_the_way_out_and_in(value: Decimal) -> None:
    assert parse(to_json({"amount": value}))["amount"] == value
    assert format(value, "f").encode() in to_json([value])


@given(st.binary(max_size=200))
def test_any_bytes_are_either_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except Unreadable as refused:
        assert len(str(refused)) < 60


def test_a_25_digit_id_stays_exact() -> None:
    assert parse(b'{"id": 1111111111111111111111111}') == {"id": 1111111111111111111111111}


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": 1, "id": 2}',
        b'[{"a": {"b": 1, "b": 1}}]',
        b"NaN",
        b'{"a": Infinity}',
        b"[-Infinity]",
        b"<html>login</html>",
        b"",
        b'{"id": 1',
        b'"\xff"',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b"[" * 100_000,
        b'["]",' * 100_000 + b"1" + b',"["]' * 100_000,
    ],
)
def test_a_body_that_could_be_misread_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(body)


def test_many_brackets_are_fine_when_they_are_not_deep() -> None:
    rows = [{"n": [i], "text": "[[[{{{" * 3} for i in range(200)]
    assert parse(json.dumps(rows).encode()) == rows
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse(deepest)


@pytest.mark.parametrize("value", ["\ud800", float, Decimal("NaN"), 2**70, object()])
def test_what_json_cannot_say_is_refused_without_quoting_it(value: object) -> None:
    with pytest.raises(Unwritable) as refused:
        to_json({"a": value})
    assert str(refused.value) == "the body cannot be written as JSON"


def test_an_error_text_says_what_was_wrong_without_the_values() -> None:
    sent = {"name": "Ana Ruiz", "emails": [{"value": "ana@example.org"}], "birth": "1980-02-03"}
    body = {
        "success": False,
        "error": "Validation failed: Ana Ruiz at ana@example.org born 1980-02-03 is 'odd', call +1 (303) 555-0100",
        "code": "ERR_SCHEMA_VALIDATION_FAILED",
    }
    text = Answer(400, body, sent=sent).error_text
    for value in ("Ana", "Ruiz", "ana@", "1980", "555", "odd"):
        assert value not in text
    assert text.startswith("400: ERR_SCHEMA_VALIDATION_FAILED Validation failed:")


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"error": {"code": "0x80040237", "message": "Cannot insert duplicate key."}}, "Cannot insert duplicate key"),
        ({"statusCode": 400, "messages": ["A duplicate entry was detected"]}, "A duplicate entry was detected"),
        (None, "no reason given"),
        ("plain", "plain"),
        ([1, 2], "no reason given"),
    ],
)
def test_the_usual_shapes_of_errors_are_understood(body: object, part: str) -> None:
    assert part in Answer(400, body).error_text


def test_an_answer_shows_no_body_when_printed() -> None:
    assert repr(Answer(200, {"name": "Ana"})) == "Answer(200)"
