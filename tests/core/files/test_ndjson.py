"""NDJSON rows are exact or refused, one by one; only a cut file stops the run."""

import io
import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.errors import BadInput
from bridgework.files import canonical, ndjson, parse_json, read_ndjson


def rows(content: bytes):
    return list(read_ndjson(io.BytesIO(content), "patients.ndjson"))


def only(line: bytes):
    (row,) = rows(line + b"\n")
    return row


def test_rows_carry_their_line_and_raw_bytes():
    found = rows(b'\xef\xbb\xbf{"id":"1"}\r\n\n  \n{"id": "2"}\n')
    assert [(row.line, row.raw, row.values) for row in found] == [
        (1, b'{"id":"1"}', {"id": "1"}),
        (4, b'{"id": "2"}', {"id": "2"}),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id":"1","id":"2"}', "one key twice"),
        (b'{"id":"1","a":{"b":1,"b":1}}', "one key twice"),
        (b'{"a":NaN}', "not finite"),
        (b'{"a":-Infinity}', "not finite"),
        (b'{"a":1e999999}', "out of range"),
        (b'{"a":' + b"9" * 5000 + b"}", "more than 400 digits"),
        (b'{"a":0.' + b"1" * 5000 + b"}", "more than 400 digits"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\uDFFF":1}', "surrogate"),
        (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "nested deeper"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper"),
        (b"[1,2]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"12", "not a JSON object"),
        (b"{'a':1}", "not valid JSON"),
        (b'{"a":1}{"b":2}', "not valid JSON"),
        (b'{"a":"\x81\xff"}', "no known encoding"),
    ],
)
def test_a_row_that_cannot_be_read_exactly_is_refused_alone(line, reason):
    found = rows(b'{"id":"before"}\n' + line + b'\n{"id":"after"}\n')
    assert [row.values and row.values.get("id") for row in found] == ["before", None, "after"]
    assert reason in found[1].problem
    assert found[1].raw == line


@pytest.mark.parametrize("space", [b"", b" "])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"0.1", Decimal("0.1")),
        (b"1.10", Decimal("1.10")),
        (b"1e3", Decimal("1E+3")),
        (b"12345678901234567890.12", Decimal("12345678901234567890.12")),
        (b"1111111111111111111111111", 1111111111111111111111111),
        (b"7", 7),
        (b"-3", -3),
        (b"true", True),
        (b"null", None),
        (b'"007"', "007"),
        (b'"\\u00e9\\ud83d\\ude00"', "é😀"),
    ],
)
def test_values_stay_exact_however_the_line_is_written(text, value, space):
    row = only(b'{"a":' + space + text + b"}")
    assert row.values == {"a": value}
    assert type(row.values["a"]) is type(value)
    assert not isinstance(row.values["a"], float)


def test_a_line_in_another_encoding_is_read_and_flagged():
    row = only('{"name":"Peña"}'.encode("cp1252"))
    assert row.values == {"name": "Peña"}
    assert "Windows-1252" in row.problem


def test_a_file_that_ends_in_the_middle_of_a_record_is_incomplete():
    with pytest.raises(BadInput, match=r"patients\.ndjson is incomplete.* line 2") as caught:
        rows(b'{"id":"1"}\n{"id":"2","na')
    assert caught.value.cause == "incomplete"
    assert caught.value.next_step


def test_a_complete_last_line_needs_no_line_end():
    assert [row.values for row in rows(b'{"id":"1"}\n{"id":"2"}')] == [{"id": "1"}, {"id": "2"}]


def test_an_endless_line_is_refused(monkeypatch):
    monkeypatch.setattr(ndjson, "LONGEST_LINE", 1000)
    with pytest.raises(BadInput, match=r"Line 1 of patients\.ndjson is longer"):
        rows(b'{"a":"' + b"x" * 5000 + b'"}\n')


def test_canonical_values_are_plain_json():
    parsed = parse_json('{"a": 1.50, "b": "", "c": [0.1, {"d": null, "e": 2}], "f": true}')
    assert canonical(parsed) == {"a": "1.50", "c": ["0.1", {"e": 2}], "f": True}
    assert canonical([1 << 63, -(1 << 63)]) == [str(1 << 63), -(1 << 63)]


SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.decimals(-(10**9), 10**9, places=3) | st.text()
DATA = st.dictionaries(
    st.text(), st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
)


def written(value) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


@given(DATA)
def test_whatever_is_written_is_read_back_exactly(data):
    row = only(written(data).encode())
    assert row.values == data
    assert row.problem == ""


@given(DATA)
def test_the_fast_way_and_the_careful_way_agree(data):
    compact = orjson.dumps(canonical(data))
    assert only(compact).values == parse_json(compact.decode())


@given(st.binary())
def test_no_bytes_break_the_reader(content):
    try:
        rows(content)
    except BadInput as error:
        assert error.next_step
