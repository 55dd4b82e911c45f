"""Sealed files: what goes in comes out, and nothing that was touched ever does."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridgework.errors import BadInput
from bridgework.stages.deliver.archive import README
from bridgework.stages.deliver.sealed import CHUNK, MAGIC, TAG, Sealer, opened

KEY = bytes(range(32))


def seal(*parts: bytes, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out.write, key, object_name="notes", migration="abcdef")
    for part in parts:
        sealer.write(part)
    sealer.close()
    return out.getvalue()


def unseal(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(opened(io.BytesIO(content), key))


def body(content: bytes) -> int:
    """Where the chunks begin."""
    return content.index(b"\n", len(MAGIC)) + 1


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_what_is_sealed_opens_to_the_same_bytes_however_it_was_written(parts: list[bytes]) -> None:
    assert unseal(seal(*parts)) == b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_sizes_around_a_chunk_open_to_the_same_bytes(size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    assert unseal(seal(content)) == content


def test_no_word_of_the_content_stands_in_the_sealed_file() -> None:
    assert b"Ana Ruiz" not in seal(b'{"name": "Ana Ruiz"}' * 500)


def test_the_same_content_is_never_sealed_to_the_same_bytes() -> None:
    assert seal(b"same") != seal(b"same")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BadInput, match="another key"):
        unseal(seal(b"content"), bytes(32))


@settings(max_examples=60)
@given(st.data())
def test_a_changed_byte_anywhere_is_found(data: st.DataObject) -> None:
    whole = seal(b"content of a chart")
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadInput):
        unseal(bytes(changed))


@settings(max_examples=60)
@given(st.data())
def test_a_file_that_was_cut_short_is_found(data: st.DataObject) -> None:
    whole = seal(b"x" * 300)
    with pytest.raises(BadInput):
        unseal(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_a_file_cut_at_the_end_of_a_chunk_is_found() -> None:
    whole = seal(b"x" * (2 * CHUNK + 10))
    with pytest.raises(BadInput):
        unseal(whole[: body(whole) + 2 * (CHUNK + TAG)])


def test_chunks_that_changed_places_are_found() -> None:
    whole, size = seal(b"a" * CHUNK + b"b" * CHUNK + b"c"), CHUNK + TAG
    start = body(whole)
    first, second, rest = whole[start : start + size], whole[start + size : start + 2 * size], whole[start + 2 * size :]
    with pytest.raises(BadInput):
        unseal(whole[:start] + second + first + rest)


def test_a_file_of_another_kind_is_refused_as_none_of_ours() -> None:
    for content in (b"", b"PK\x03\x04", MAGIC + b"{}\n", MAGIC + b'{"chunk": "x"}\n', b'{"a": 1}\n{"b": 2}\n'):
        with pytest.raises(BadInput, match="no archive"):
            unseal(content)


def test_the_program_in_the_readme_opens_a_file_without_bridgework(tmp_path: Path) -> None:
    lines = json.dumps({"key": "n-1", "text": "ä" * CHUNK}).encode() + b"\n"
    (tmp_path / "notes.ndjson").write_bytes(seal(lines))
    (tmp_path / "archive.key").write_bytes(base64.b64encode(KEY))
    program = README[README.index("    import base64") :]
    (tmp_path / "open.py").write_text(re.sub("^    ", "", program, flags=re.MULTILINE), "utf-8")
    found = subprocess.run([sys.executable, "open.py", "notes.ndjson"], cwd=tmp_path, capture_output=True, check=True)
    assert found.stdout == lines
