"""Whatever a line holds, reading it ends in canonical values and problems, never in an exception."""

from __future__ import annotations

import io
import json
import re

import orjson
from hypothesis import given
from hypothesis import strategies as st

from bridgework_sensei.objects import LAYOUTS
from bridgework_sensei.records import record_rows
from bridgework_sensei.shapes import shape_of

RECORDS = [layout for layout in LAYOUTS if layout.format == "ndjson"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        ["2024-02-30", "1900-01-01", "02/03/2024", "2026-03-01T13:30:00Z", "1,234.50", "yes", "\x00", "PeÃ±a"]
    ),
)
KEYS = st.sampled_from(sorted({part for layout in RECORDS for name in layout.fields for part in name.split(".")}))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
ROWS = st.dictionaries(KEYS, VALUES, max_size=8)


def types(value):
    yield type(value)
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from types(item)


@given(st.sampled_from(RECORDS), ROWS, st.booleans())
def test_any_row_becomes_canonical_values(layout, row, ascii_only):
    line = json.dumps(row, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    (record,) = record_rows(io.BytesIO(line + b"\n"), "f", layout.name, layout.key, shape_of(layout.fields, "USD"), {})
    assert record.raw == line
    assert record.key
    assert all(kind in (str, int, bool, list, dict, type(None)) for kind in types(record.values))
    assert orjson.loads(orjson.dumps(record.values)) == record.values
    assert set(record.values) <= set(row)
    for problem in record.problems:
        assert re.fullmatch(r"[A-Z]{3}-\d\d", problem.check)
        assert problem.reason
