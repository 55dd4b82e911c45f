"""Values: what is sent is what comes back, said in advance; what the server would change in silence is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridgework.canonical import Unfit, one_line
from bridgework.mapping.transforms import address
from bridgework.model import FieldType, Verb
from bridgework_twenty import names, prose, stored, values

from .conftest import Desk

T = FieldType


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (T.EMAILS, [{"value": "Ana.RUIZ@Example.com"}], [{"value": "ana.ruiz@example.com", "primary": True}]),
        (T.EMAILS, [{"value": "a@x.org", "primary": False}], [{"value": "a@x.org", "primary": False}]),
        (T.PHONES, "+34 612 34 56 78", [{"value": "+34612345678", "primary": True}]),
        (T.PHONES, [{"value": "(555) 123-4567", "label": "home"}], [{"value": "+15551234567", "primary": True}]),
        (T.INSTANT, "2024-01-01T10:00:00+02:00", "2024-01-01T08:00:00Z"),
        (T.INSTANT, "2024-01-01T10:00:00.123456Z", "2024-01-01T10:00:00.123Z"),
        (T.MONEY, {"amount": "12.5", "currency": "usd"}, {"amount": "12.50", "currency": "USD"}),
        (T.MONEY, {"amount": "0.000001", "currency": "USD"}, {"amount": "0.000001", "currency": "USD"}),
        (T.NUMBER, "6.50", "6.5"),
        (T.NUMBER, "6.0", 6),
        (T.PHONES, [{"value": "303-555-0100", "primary": False}], [{"value": "+13035550100", "primary": False}]),
        (T.ADDRESS, {"value": "1 Main St, Denver"}, {"street": "1 Main St, Denver"}),
        (T.ADDRESS, {"street": "1 Elm", "street2": "Apt 2"}, {"street": "1 Elm, Apt 2", "street2": "Apt 2"}),
        (T.ADDRESS, {"street2": "Apt 2", "city": "Denver"}, {"street": "Apt 2", "street2": "Apt 2", "city": "Denver"}),
        (T.CHOICES, ["PEN", "LATEX", "PEN"], ["LATEX", "PEN"]),
        (T.LONG_TEXT, "", None),
    ],
)
def test_a_value_reads_back_as(kind: FieldType, given: Any, kept: Any) -> None:
    assert values.tidy(kind, given) == kept
    assert values.tidy(kind, kept) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (T.PHONES, "+1 555 123 4567 x12"),
        (T.PHONES, "ask at the desk"),
        (T.EMAILS, [{"value": "not an address"}]),
        (T.INSTANT, "2024-01-01T10:00:00"),
        (T.INSTANT, "03/02/2025"),
        (T.DATE, "03/02/2025"),
        (T.MONEY, {"amount": "0.0000001", "currency": "USD"}),
        (T.MONEY, {"amount": "99999999999", "currency": "USD"}),
        (T.NUMBER, "1.2345678901234567"),
        (T.BOOLEAN, "maybe"),
        (T.LONG_TEXT, "a\0b"),
        (T.LONG_TEXT, "x" * 200_001),
    ],
)
def test_what_would_be_changed_in_silence_is_refused_without_being_quoted(kind: FieldType, given: Any) -> None:
    with pytest.raises(Unfit) as refused:
        values.tidy(kind, given)
    assert str(given) not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("HTTPS://www.LinkedIn.com/in/Ana/", "https://www.linkedin.com/in/Ana"),
        ("EXAMPLE.com/", "EXAMPLE.com/"),
    ],
)
def test_a_web_address_reads_back_as(given: str, kept: str) -> None:
    assert values.link(given) == kept
    assert values.link(kept) == kept


def test_a_web_address_nobody_can_read_costs_one_record_and_not_the_run(desk: Desk) -> None:
    good = desk.operation("person", body={"linkedinLink": "https://a.example"})
    bad = desk.operation("person", body={"linkedinLink": "http://[bad"})
    results = list(desk.connector.write([bad, good]))
    assert [type(each).__name__ for each in results] == ["Rejected", "Written"]


def test_an_amount_is_exact_in_millionths() -> None:
    assert values.micros(Decimal("1234.56")) == 1_234_560_000


LINES = st.text(alphabet="1a, ", max_size=8)


@given(LINES, LINES)
@example("Apt 2", "Apt 2")
@example("1 Elm, Apt 2", "Apt 2")
def test_the_two_lines_of_a_street_come_back_as_the_two_lines(first: str, second: str) -> None:
    row = {"addressStreet1": first, "addressStreet2": second}
    read = values.tidy(T.ADDRESS, stored._address(row)) or {}
    assert values.street_lines(read) == (one_line(first), one_line(second))
    assert values.tidy(T.ADDRESS, read) == (read or None)


def test_the_second_line_of_an_address_has_a_place_of_its_own(desk: Desk) -> None:
    body = {"address": address({"line1": "1 Elm", "line2": "Apt 2", "city": "Denver"})}
    [company] = desk.written(desk.operation("company", body=body))
    [row] = [row for row in desk.running.state()["objects"]["company"] if row["id"] == company]
    kept = [row["address"][part] for part in ("addressStreet1", "addressStreet2", "addressCity")]
    assert kept == ["1 Elm", "Apt 2", "Denver"]
    [expected] = desk.connector.normalise("company", [body])
    assert desk.values("company", company)["address"] == expected["address"]
    moved = {"address": address({"line1": "2 Oak", "city": "Denver"})}
    desk.written(desk.operation("company", Verb.UPDATE, body=moved, target_id=company))
    assert desk.values("company", company)["address"] == {"street": "2 Oak", "city": "Denver"}


def test_numbers_of_which_none_is_the_primary_one_stay_so(desk: Desk) -> None:
    numbers = [{"value": "303-555-0100", "primary": False}, {"value": "303-555-0101", "primary": False}]
    [person] = desk.written(desk.operation("person", body={"phones": numbers}))
    [row] = [row for row in desk.running.state()["objects"]["person"] if row["id"] == person]
    assert row["phones"]["primaryPhoneNumber"] == ""
    assert [each["number"] for each in row["phones"]["additionalPhones"]] == ["3035550100", "3035550101"]
    read = desk.values("person", person)["phones"]
    assert [each["primary"] for each in read] == [False, False]
    assert [read] == [each["phones"] for each in desk.connector.normalise("person", [{"phones": numbers}])]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80))
def test_any_text_comes_back_from_markdown_as_it_was(text: str) -> None:
    assert prose.from_markdown(prose.to_markdown(text)) == prose.tidy(text)
    assert prose.tidy(prose.tidy(text)) == prose.tidy(text)


def test_nothing_in_a_text_takes_effect_as_markup() -> None:
    assert prose.to_markdown("<b>x</b> *y* [z](u)") == "\\<b\\>x\\</b\\> \\*y\\* \\[z\\](u)"
    assert prose.to_markdown("- a\n1. b") == "\\- a  \n1\\. b"


BLOCK = re.compile(r"( {0,3}(([-+]|\d+[.)])(\s|$)|[=-]+\s*$|[#>`~|<])|\t| {4})")


@given(st.text(alphabet="-=+ \t\na1.)#>\N{NO-BREAK SPACE}", max_size=30))
def test_no_line_of_a_text_becomes_a_heading_rule_list_or_block_of_code(text: str) -> None:
    markdown = prose.to_markdown(text)
    assert [line for line in markdown.split("\n") if BLOCK.match(line)] == []
    assert prose.from_markdown(markdown) == prose.tidy(text) == prose.tidy(prose.tidy(text))


def test_lines_that_separate_and_lines_that_are_indented_are_seen_as_typed() -> None:
    text = "Findings\n-----\n\n    ok\n=\n\tend"
    assert prose.to_markdown(text) == "Findings  \n\\-----\n\n\xa0\xa0\xa0\xa0ok  \n\\=  \n\xa0\xa0\xa0\xa0end"
    assert prose.from_markdown(prose.to_markdown(text)) == text.replace("\t", "    ")


@given(st.from_regex(r"\A\+[1-9][0-9]{6,13}\Z"))
@example("+4000123731141")
def test_a_number_that_was_read_reads_back_the_same(number: str) -> None:
    try:
        kept = values.phone(number, "US")
    except Unfit:
        return
    assert values.phone(kept, "ZZ") == kept


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Date of birth", "dateOfBirth"),
        ("Plan", "planField"),
        ("Address", "addressField"),
        ("Événement", "evenement"),
        ("2nd visit", "n2ndVisit"),
        ("—", "custom"),
        ("NPI", "npi"),
    ],
)
def test_a_label_gives_a_name_the_server_takes(label: str, name: str) -> None:
    assert names.field_name(label) == name


def test_a_name_that_is_taken_gets_a_number_and_so_does_one_whose_column_is() -> None:
    assert names.field_name("Patient", {"patient"}) == "patient2"
    assert names.field_name("Patient", {"patientId"}) == "patient2"
    assert len(names.field_name("x" * 200, {"x" * 63})) == 63


@given(st.text(max_size=90), st.sets(st.from_regex(r"\A[a-z][a-zA-Z0-9]{0,8}\Z"), max_size=4))
def test_every_name_has_the_servers_form(label: str, taken: set[str]) -> None:
    name = names.field_name(label, taken)
    assert name.isascii() and name.isalnum() and name[0].islower() and len(name) <= 63
    assert name.lower() not in {each.lower() for each in taken}
    value = names.option_value(label, {"A"})
    assert value[0].isupper() and len(value) <= 63 and value != "A"


def test_options_of_one_spelling_get_values_of_their_own() -> None:
    assert names.option_value("New!", {"NEW"}) == "NEW_2"


def test_two_labels_of_options_stay_two() -> None:
    long = "A campaign of the spring that nobody could describe in fewer words, "
    labels = ["Latex, gloves", "Latex gloves", "Latex; gloves", "Latex,gloves", long + "one", long + "two"]
    shown = [names.option_label(label) for label in labels]
    assert len(set(shown)) == len(labels)
    assert all("," not in label and len(label) <= 63 for label in shown)
    assert all("…" in label for label in shown[-2:])
    assert names.option_label(" Latex  gloves ") == "Latex gloves"


def test_what_the_connector_predicts_is_what_the_workspace_stores(desk: Desk) -> None:
    body = {
        "name.firstName": "Ana",
        "name.lastName": "Ruiz",
        "emails": [{"value": "Ana@X.org", "label": "work", "primary": True}, {"value": "B@x.org", "primary": False}],
        "phones": [{"value": "303-555-0100", "primary": True}, {"value": "+44 20 7946 0958", "primary": False}],
        "linkedinLink": "HTTPS://Social.example/in/",
        "jobTitle": "  Dentist ",
        "createdAt": "2019-05-06T09:08:09+02:00",
        "createdBy": "Dr. Fox",
    }
    [person] = desk.written(desk.operation("person", body=body))
    [expected] = desk.connector.normalise("person", [body])
    assert desk.values("person", person) == expected


def test_a_link_that_is_changed_keeps_its_label_and_further_links(desk: Desk) -> None:
    [person] = desk.written(desk.operation("person", body={"linkedinLink": "https://a.example"}))
    more = {"primaryLinkUrl": "https://a.example", "primaryLinkLabel": "Home",
            "secondaryLinks": [{"url": "https://b.example", "label": "B"}]}  # fmt: skip
    desk.running.edit("person", person, linkedinLink=more)
    desk.written(desk.operation("person", Verb.UPDATE, body={"linkedinLink": "https://c.example"}, target_id=person))
    [row] = [row for row in desk.running.state()["objects"]["person"] if row["id"] == person]
    assert row["linkedinLink"] == {**more, "primaryLinkUrl": "https://c.example"}
