"""Values, texts and markers: pure functions, tried with many inputs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.canonical import Unfit
from bridgework.model import FieldType
from bridgework_pipedrive import markers, prose, values

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
MARKERS = st.from_regex(
    r"sensei\.(?:[A-Za-zé&:'*-] ?){1,5}[a-z]\.[A-Za-z0-9._|@+~-]{1,30}/[a-z0-9]{6}(\.g[2-9])?", fullmatch=True
)


@given(TEXTS, MARKERS)
def test_a_plain_text_survives_the_way_through_html(text: str, marker: str) -> None:
    rest, found = markers.split_text(prose.to_text(prose.to_html(text, marker)))
    assert (rest, found) == (prose.tidy(text), marker)


@given(TEXTS)
def test_a_text_sent_as_html_holds_no_tag_but_line_ends(text: str) -> None:
    assert "<" not in prose.to_html(text).replace("<br>", "")


@given(
    st.one_of(
        TEXTS,
        st.lists(
            st.sampled_from(
                [
                    "<p>",
                    "</p>",
                    "<b>",
                    "</b>",
                    "<br/>",
                    "<br>",
                    "x",
                    " ",
                    "&amp;",
                    "&nbsp;",
                    "<script>",
                    "</script>",
                    "\n",
                    "<ul>",
                    "<li>",
                    "</li>",
                    "</ul>",
                    "<a href='javascript:x'>",
                    "<a href='https://example.org'>",
                    "</a>",
                    "<!--",
                    "-->",
                    "<img src=x>",
                ]
            )
        ).map("".join),
    )
)
def test_cleaning_html_twice_changes_nothing(content: str) -> None:
    once = prose.clean(content)
    assert prose.clean(once) == once
    assert not re.search(r"<(script|img|style)|javascript:", once)


@given(TEXTS, MARKERS)
def test_the_footer_of_a_note_comes_off_again(text: str, marker: str) -> None:
    content = prose.to_html(text)
    assert prose.without_footer(prose.with_footer(content, marker)) == (prose.clean(content), marker)


@pytest.mark.parametrize(
    "rewritten",
    [
        "<p>Seen</p><p>[source: a.b.1/abc123]</p>",
        "<p>Seen</p>\n<p>[source: a.b.1/abc123]</p>\n",
        "<p>Seen</p><br />[source: a.b.1/abc123]",
        "<p>Seen</p><div>[source: a.b.1/abc123]</div><br>",
        "<p>Seen</p>[source: a.b.1/abc123]",
    ],
)
def test_the_footer_is_found_however_the_server_wraps_it(rewritten: str) -> None:
    assert prose.without_footer(rewritten) == ("<p>Seen</p>", "a.b.1/abc123")


@given(TEXTS, MARKERS)
def test_a_file_name_is_safe_short_and_gives_the_marker_back(name: str, marker: str) -> None:
    made = markers.file_name(name, marker)
    assert len(made.encode()) <= 255
    assert not re.search(r'[\x00-\x1f<>:"/\\|?*]', made)
    assert markers.split_file_name(made)[1] == marker


def test_a_usual_file_name_stays_readable() -> None:
    made = markers.file_name("X-ray 2024.pdf", "sensei.documents.d1/ab12cd")
    assert made == "X-ray 2024 [sensei.documents.d1=ab12cd].pdf"
    assert markers.split_file_name(made) == ("X-ray 2024.pdf", "sensei.documents.d1/ab12cd")
    assert markers.split_file_name("plan [old].pdf.txt")[0] == "plan [old].pdf.txt"


def test_a_marker_in_the_middle_of_a_text_is_not_ours() -> None:
    assert markers.split_text("see [source: a.b.1/abc123]\nmore")[1] == ""
    assert markers.split_text("see [source: a.b.1/abc123]")[1] == ""


@pytest.mark.parametrize("type_", FieldType)
@given(
    value=st.one_of(
        st.none(),
        TEXTS,
        st.integers(),
        st.booleans(),
        st.lists(TEXTS, max_size=2),
        st.dictionaries(st.sampled_from(["value", "amount", "currency", "street"]), TEXTS),
    )
)
def test_tidying_twice_changes_nothing_and_never_fails_otherwise(type_: FieldType, value: Any) -> None:
    try:
        once = values.tidy(type_, value)
    except Unfit as unfit:
        assert not (isinstance(value, str) and len(value) > 12 and value in str(unfit))
        return
    assert values.tidy(type_, once) == once


def test_contacts_get_a_label_and_exactly_one_primary() -> None:
    found = values.tidy(FieldType.EMAILS, [
        {"value": ""}, {"value": "a@example.org"}, {"value": "b@example.org", "primary": True},
        {"value": "c@example.org", "primary": True, "label": "home"},
    ])  # fmt: skip
    assert [(each["value"], each["label"], each["primary"]) for each in found] == [
        ("a@example.org", "work", False),
        ("b@example.org", "work", True),
        ("c@example.org", "home", False),
    ]


@pytest.mark.parametrize("spelling", ["2011-05-03T14:22:07Z", "2011-05-03 14:22:07", "2011-05-03T16:22:07.123+02:00"])
def test_instants_of_every_spelling_are_the_same(spelling: str) -> None:
    assert values.tidy(FieldType.INSTANT, spelling) == "2011-05-03T14:22:07Z"
