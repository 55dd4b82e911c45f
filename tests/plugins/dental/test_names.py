"""Names, contacts, teeth and numbers made comparable."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from bridgework_dental.checks.privacy import identity_number
from bridgework_dental.checks.providers import npi_valid
from bridgework_dental.contacts import address_key, mail_fault, phone_key
from bridgework_dental.names import company, familiar, given, joined, person, sound, split_suffix
from bridgework_dental.roster import spelling
from bridgework_dental.teeth import surfaces_fault, teeth, tooth_kind


def test_case_accents_and_punctuation_do_not_matter() -> None:
    assert joined("García-Ríos") == joined("GARCIA RIOS") == "garciarios"
    assert joined("O'Connor") == joined("OConnor")
    assert joined("Müller") == "muller"


@pytest.mark.parametrize(
    ("last", "suffix", "expected"),
    [
        ("Smith", "Jr.", ("smith", "jr")),
        ("Smith Sr", "", ("smith", "sr")),
        ("Smith III", "", ("smith", "3")),
        ("Baker, DDS", "", ("baker", "")),
        ("Junior", "", ("junior", "")),
    ],
)
def test_suffixes_leave_the_last_name(last: str, suffix: str, expected: tuple[str, str]) -> None:
    assert split_suffix(last, suffix) == expected


def test_the_underscore_of_a_move_is_taken_off_and_told() -> None:
    assert given("Sam_") == ("sam", True)
    assert given("Sam") == ("sam", False)


def test_familiar_forms_are_one_name() -> None:
    assert familiar("robert", "bob")
    assert familiar("william", "billy")
    assert familiar("alexandra", "alex")
    assert not familiar("robert", "roland")
    assert not familiar("ana", "eva")


@pytest.mark.parametrize(
    ("name", "code"), [("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("tymczak", "t522"), ("", "")]
)
def test_sound_is_american_soundex(name: str, code: str) -> None:
    assert sound(name) == code


@pytest.mark.parametrize(
    "text", ["Smith, Anna", "SMITH, ANNA M", "Dr. Anna Smith", "Dr Anna Smith, DDS", "smith,anna", "Anna Smith DDS"]
)
def test_spellings_of_a_provider_are_one(text: str) -> None:
    assert spelling(text) == "smith,anna"


def test_a_title_and_a_last_name_alone_leave_the_first_name_open() -> None:
    assert person("Dr Smith") == ("smith", "")


def test_companies_differ_in_more_than_case_and_legal_form() -> None:
    assert company("Canyon Periodontics") == company("CANYON PERIODONTICS, INC.")
    assert company("Smith & Sons LLC") == company("smith and  sons")
    assert company("Canyon Periodontics") != company("Canyon Endodontics")
    assert company("The Company") == "the company"


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("ana@mail.example", ""),
        ("ana.example,com", "not an e-mail address"),
        ("two@mail.example; three@mail.example", "not an e-mail address"),
        ("ana @mail.example", "not an e-mail address"),
        ("none@none.com", "placeholder"),
        ("na@mail.example", "placeholder"),
        ("desk@practice.example", "the practice's own address"),
    ],
)
def test_useless_addresses_are_told_apart(address: str, fault: str) -> None:
    assert mail_fault(address, frozenset({"practice.example"})) == fault


@pytest.mark.parametrize("typed", ["(303) 555-0100", "+1 303 555 0100", "303.555.0100 x12", "3035550100 ext. 9"])
def test_a_number_is_one_however_it_is_typed(typed: str) -> None:
    assert phone_key(typed) == "3035550100"


@pytest.mark.parametrize("typed", ["555-CALL", "000-000-0000", "", "12345"])
def test_what_is_no_number_is_no_evidence(typed: str) -> None:
    assert phone_key(typed) == ""


def test_addresses_compare_by_street_and_postal_code() -> None:
    assert address_key({"line1": "1 Main St.", "postalCode": "80203"}) == address_key(
        {"street": "1 MAIN ST", "postal_code": "80203", "city": "Denver"}
    )
    assert address_key({"city": "Denver"}) == ""


@pytest.mark.parametrize(
    ("tooth", "system", "kind"),
    [
        ("14", "universal", "permanent"), ("T", "universal", "primary"), ("33", "universal", "other notation"),
        ("48", "universal", "other notation"), ("82", "universal", "permanent"), ("AS", "universal", "primary"),
        ("UR", "universal", "area"), ("03", "universal", "permanent"), ("10", "universal", "permanent"),
        ("40", "universal", "area"),
        ("99", "universal", "none"), ("U", "universal", "none"), ("18", "fdi", "permanent"), ("55", "fdi", "primary"),
        ("19", "fdi", "other notation"), ("C", "fdi", "other notation"), ("86", "fdi", "none"),
    ],
)  # fmt: skip
def test_teeth_are_read_in_the_system_of_the_source(tooth: str, system: str, kind: str) -> None:
    assert tooth_kind(tooth, system) == kind


def test_a_cell_may_hold_several_teeth() -> None:
    assert teeth("#30") == ["30"]
    assert teeth("3, 14;k") == ["3", "14", "K"]


@pytest.mark.parametrize(
    ("letters", "code", "fault"),
    [
        ("MOD", "D2393", ""), ("m,o", "D2392", ""), ("12", "D2391", "digits where surfaces belong"),
        ("XQ", "D2392", "letters that are no surfaces"), ("MO", "D1110", "surfaces on a code that takes none"),
        ("O", "D1351", ""), ("O", "27AX", ""),
    ],
)  # fmt: skip
def test_surfaces_fit_their_code(letters: str, code: str, fault: str) -> None:
    assert surfaces_fault(letters, code) == fault


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SSN 219-09-9999 on file", "social security number"),
        ("ssn: 219099999", "social security number"),
        ("card 4111 1111 1111 1111 exp 04/29", "card number"),
        ("378282246310005", "card number"),
        ("Driver's license no. AB1234567", "number of an identity document"),
        ("card 4111 1111 1111 1112", ""),
        ("call 303-555-0100 or 720-555-0199", ""),
        ("000-12-3456", ""), ("987-65-4321", ""), ("2024-03-10 09:30", ""),
        ("8c8d7fca-1111-4378-2822-463100051111", ""),
        ("member W219099999", ""),
    ],
)  # fmt: skip
def test_identity_numbers_are_seen_in_text(text: str, kind: str) -> None:
    assert identity_number(text) == kind


def test_a_field_named_after_the_number_needs_no_separators() -> None:
    assert identity_number("219099999", "customFields.ssn") == "social security number"
    assert identity_number("219099999", "customFields.locker") == ""


def test_an_npi_carries_its_check_digit() -> None:
    assert npi_valid("1234567893")
    assert not npi_valid("1234567894")
    assert not npi_valid("123456789")
    assert not npi_valid("١٢٣٤٥٦٧٨٩٣")


@for_all(st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    person(text), company(text), split_suffix(text), given(text), phone_key(text), sound(joined(text))
    mail_fault(text, frozenset()), identity_number(text), teeth(text), surfaces_fault(text, text)
