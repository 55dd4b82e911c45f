"""Suggestions: by concept, name, type and values, each with a reason."""

from __future__ import annotations

from bridgework.mapping import propose, propose_mapping
from bridgework.model import DestinationSchema, FieldType, Option, SourceField, TargetField, TargetObject

from .conftest import CLIENTS, DESCRIPTION, compiled


def target(label: str, kind: FieldType, *options: str, required: bool = False) -> TargetField:
    listed = tuple(Option(option.lower(), option) for option in options)
    return TargetField(key=label.lower().replace(" ", "_"), label=label, type=kind, options=listed, required=required)


PERSON = TargetObject(
    name="person",
    label="Person",
    fields=(
        target("First name", FieldType.TEXT, required=True),
        target("Emails", FieldType.EMAILS),
        target("Date of birth", FieldType.DATE),
        target("Phase", FieldType.CHOICE, "Gold", "Silver"),
    ),
)
COMPANY = TargetObject(name="company", label="Company", fields=(target("Name", FieldType.TEXT),))
TARGETS = DestinationSchema(account="1", account_label="x", objects=(PERSON, COMPANY))


def proposed(field: SourceField) -> tuple[str, float, str]:
    found = list(propose([(CLIENTS, field)], TARGETS))
    return found[0].label, found[0].confidence, found[0].reason


def test_a_field_goes_where_its_concept_says() -> None:
    label, confidence, reason = proposed(SourceField(name="dob", type=FieldType.DATE, concept="client.birth_date"))
    assert label == "Date of birth" and confidence > 0.6
    assert "concept" in reason


def test_names_and_kinds_of_lists_are_recognised() -> None:
    assert proposed(SourceField(name="firstName"))[0] == "First name"
    assert proposed(SourceField(name="email"))[0] == "Emails"


def test_a_type_that_cannot_hold_the_value_is_no_home() -> None:
    label, _, reason = proposed(SourceField(name="dateOfBirth", type=FieldType.BOOLEAN))
    assert label == "Date of birth" or "field of its own" in reason
    assert proposed(SourceField(name="dateOfBirth", type=FieldType.BOOLEAN))[1] < 0.62


def test_what_fits_nowhere_gets_a_field_of_its_own_with_its_options() -> None:
    field = SourceField(name="shoeSize", type=FieldType.CHOICE, options=("40", "41"))
    found = next(iter(propose([(CLIENTS, field)], TARGETS)))
    assert (found.label, found.options, found.object) == ("Shoe size", ("40", "41"), "person")
    assert "field of its own" in found.reason


def test_proposals_are_the_same_every_time() -> None:
    pairs = [(CLIENTS, field) for field in CLIENTS.fields]
    assert list(propose(pairs, TARGETS)) == list(propose(pairs, TARGETS))


def test_a_proposed_mapping_compiles_and_gives_reasons() -> None:
    text = propose_mapping(DESCRIPTION, TARGETS)
    plan = compiled(text)
    assert plan.rules["clients"].target == "person"
    assert plan.rules["visits"].kind == "archive"
    assert "# 0." in text
