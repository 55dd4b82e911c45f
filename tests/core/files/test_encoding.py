"""Texts that went through a wrong encoding are flagged, honest ones are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.files import damaged, without_nul


@pytest.mark.parametrize(
    "text", ["Peña", "Müller-Lüdenscheidt", "Zoë", "naïve café", "Ångström", "日本", "Ana 😀", "£5 – ok", "a\nb\tc"]
)
def test_honest_text_is_not_flagged(text):
    assert damaged(text) == ""


@pytest.mark.parametrize("text", ["Peña", "José", "it’s", "“quoted”", "Łódź", "A–B", "Ñ"])
def test_mojibake_is_flagged(text):
    assert damaged(text.encode().decode("cp1252", "ignore") if text == "Łódź" else garbled(text))


def garbled(text: str) -> str:
    return "".join(
        bytes((byte,)).decode("latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
        for byte in text.encode()
    )


@pytest.mark.parametrize("text", ["Pe\ufffda", "bell\x07", "nul\x00", "del\x7f"])
def test_replacement_and_control_characters_are_flagged(text):
    assert damaged(text)


def test_nul_is_taken_out():
    assert without_nul("a\x00b") == "ab"


@given(st.text(st.characters(min_codepoint=0xA1, max_codepoint=0x24F), min_size=1))
def test_text_garbled_once_is_always_found(text):
    assert damaged(garbled(text))
