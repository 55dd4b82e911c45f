"""What one field becomes: values, maps, types, conditions."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.errors import ContractBroken, MappingError
from bridgework.mapping import Lengths, Mapped, check_examples
from bridgework.mapping.transforms import TRANSFORMS, unique_contacts
from bridgework.mapping.values import decimal_of, shaped
from bridgework.model import FieldType, NamedTransform, TransformContext, Value

from .conftest import CLIENT_RULE, CUTOVER, client, compiled, field_value, run

CONTEXT = TransformContext(row={}, currency="USD", time_zone="America/Denver", cutover=CUTOVER)


def test_examples_of_all_built_in_transforms_come_out_as_written() -> None:
    assert check_examples(TRANSFORMS, CONTEXT) == []


@pytest.mark.parametrize(
    ("spec", "values", "made"),
    [
        ("first", {"first": "Ana"}, "Ana"),
        ("first", {"first": "  "}, None),
        ("{first: [{from: email}, {from: last}]}", {}, "Ruiz"),
        ("{all: [{from: first}, {from: email}, {from: last}], join: '; '}", {}, "Ana; Ruiz"),
        ("{all: [first, last, first], join: '; ', unique: true}", {"first": "Ruiz"}, "Ruiz"),
        ("{from: status, values: {Active: A, inactive: I}}", {"status": "INACTIVE"}, "I"),
        ("{from: status, values: {Active: A}}", {"status": "Other"}, "Other"),
        ("{from: status, values: {Active: A}, otherwise: '?'}", {"status": "Other"}, "?"),
        ("{from: status, values: {Active: A}, otherwise: '?'}", {}, None),
        ("{from: vip, values: {'true': V, 'false': N}}", {"vip": False}, "N"),
        ("{from: status, default: none}", {}, "none"),
        ("{constant: fixed}", {}, "fixed"),
        ("{constant: true, type: boolean}", {}, True),
        ("{constant: fixed, when: {vip: true}}", {"vip": False}, None),
        ("{from: score, type: money}", {"score": "12.5"}, {"amount": "12.50", "currency": "USD"}),
        ("{from: score, type: integer}", {"score": "6.0"}, 6),
        ("{from: score, type: number}", {"score": "6.50"}, "6.5"),
        ("{from: born, type: date}", {"born": "1990-02-28"}, "1990-02-28"),
        ("{given: {a: first, b: last}, text: '{b}/{a}'}", {}, "Ruiz/Ana"),
        ("{owner: owner}", {"owner": "t1"}, {"owner": "t1"}),
        ("{owner: owner}", {}, {"owner": ""}),
    ],
)
def test_a_field_becomes(spec: str, values: dict[str, Any], made: Value) -> None:
    assert field_value(spec, {"clients": [client(**values)]}) == made


def test_a_text_too_long_for_its_field_is_cut_where_it_shows_and_stands_whole_in_another() -> None:
    rule = """
rules:
  clients:
    from: clients
    to: deal
    fields:
      title: {from: first, overflow: Remarks}
      Remarks: {from: status, type: long_text}
"""
    [made] = run(compiled(rule), "clients", {"clients": [client(first="x" * 300, status="Active")]})
    assert isinstance(made, Mapped)
    assert made.body == {"title": "x" * 254 + "…", "Remarks": "Active\nTitle: " + "x" * 300}
    assert made.warnings == ("title: longer than 255 characters, ends with … and stands whole in Remarks",)


@pytest.mark.parametrize("kind", ["text", "phone"])
def test_a_text_too_long_for_its_field_stands_whole_in_the_archive_where_no_field_takes_it(kind: str) -> None:
    rule = f"rules: {{clients: {{from: clients, to: deal, fields: {{title: {{from: first, type: {kind}}}}}}}}}"
    [made] = run(compiled(rule), "clients", {"clients": [client(first="x" * 300)]})
    assert isinstance(made, Mapped)
    assert (made.body, made.cut) == ({"title": "x" * 254 + "…"}, {"title": "x" * 300})
    assert made.warnings == ("title: longer than 255 characters, ends with … and stands whole in the archive",)


def test_a_text_too_long_for_a_field_of_the_second_pass_is_cut_too() -> None:
    rule = "rules: {clients: {from: clients, to: deal, fields: {title: {from: first, deferred: true}}}}"
    [made] = run(compiled(rule), "clients", {"clients": [client(first="x" * 300)]})
    assert isinstance(made, Mapped)
    assert (made.deferred, made.cut) == ({"title": "x" * 254 + "…"}, {"title": "x" * 300})


def test_a_text_stays_whole_where_the_destination_has_no_limit() -> None:
    plan = compiled(CLIENT_RULE, lengths=Lengths(line=None))
    [made] = run(plan, "clients", {"clients": [client(first="x" * 300, last="")]})
    assert isinstance(made, Mapped)
    assert (made.body["name"], made.warnings, dict(made.cut)) == ("x" * 300, (), {})


@pytest.mark.parametrize(("length", "cut"), [(400, False), (401, True)])
def test_a_text_too_long_for_a_long_field_of_the_practices_own_is_cut(length: int, cut: bool) -> None:
    plan = compiled(f"{CLIENT_RULE}    custom: true\n", lengths=Lengths(text=400))
    [made] = run(plan, "clients", {"clients": [client(**{"own.remark": "x" * length})]})
    assert isinstance(made, Mapped)
    assert made.body["Remark"] == ("x" * 399 + "…" if cut else "x" * 400)
    assert made.cut == ({"Remark": "x" * 401} if cut else {})


def test_what_flows_over_into_a_long_text_never_makes_that_too_long() -> None:
    rule = """
rules:
  clients:
    from: clients
    to: deal
    fields:
      title: {from: first, overflow: Remarks}
      Remarks: {from: status, type: long_text}
"""
    plan = compiled(rule, lengths=Lengths(line=10, text=40))
    rows = {"clients": [client(first="x" * 30, status="y" * 45)]}
    [made] = run(plan, "clients", rows)
    assert isinstance(made, Mapped)
    assert made.body == {"title": "x" * 9 + "…", "Remarks": "y" * 39 + "…"}
    assert made.cut == {"Remarks": "y" * 45 + "\nTitle: " + "x" * 30}


@pytest.mark.parametrize(
    ("written", "addresses", "left"),
    [
        ("ana@example.org", ["ana@example.org"], None),
        ("ana@example.org; <bo@example.org>", ["ana@example.org", "bo@example.org"], None),
        ("Ana <ana@example.org>", ["ana@example.org"], "Ana <ana@example.org>"),
        ("ask her husband", [], "ask her husband"),
    ],
)
def test_what_is_no_address_stands_in_the_archive(written: str, addresses: list[str], left: str | None) -> None:
    rule = """
rules:
  clients:
    from: clients
    to: person
    fields:
      name: first
      emails: {all: [{from: email, use: email_list}, {from: email, use: email_list}], use: unique_contacts}
"""
    [made] = run(compiled(rule), "clients", {"clients": [client(email=written)]})
    assert isinstance(made, Mapped)
    assert [each["value"] for each in made.body.get("emails", [])] == addresses
    assert dict(made.cut) == ({"emails": left} if left else {})
    assert made.warnings == (("emails: what has no place there stands in the archive",) if left else ())


def test_what_overflows_needs_a_field_for_long_text() -> None:
    with pytest.raises(MappingError, match="Tried is no field for long text here"):
        compiled(f"{CLIENT_RULE}      Tried: first\n      Other: {{from: last, overflow: Tried}}\n")


def test_a_yes_no_field_becomes_a_choice_where_the_destination_has_none() -> None:
    rows = {"clients": [client(vip=True)]}
    assert field_value("vip", rows) is True
    assert field_value("vip", rows, field_types=frozenset({FieldType.CHOICE})) == "Yes"


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ("{status: Active}", {"status": " Active "}, True),
        ("{status: Active}", {"status": "active"}, False),
        ("{status: [Active, Held]}", {"status": "held"}, True),
        ("{status: {not: Active}}", {}, True),
        ("{status: {not_in: [Active]}}", {"status": "ACTIVE"}, False),
        ("{status: empty}", {"status": ""}, True),
        ("{status: filled}", {"status": " "}, False),
        ("{status: {contains: [hold, wait]}}", {"status": "On Hold"}, True),
        ("{vip: true}", {"vip": True}, True),
        ("{vip: true}", {}, False),
        ("{vip: {not: true}}", {"vip": False}, True),
        ("{score: 6}", {"score": "6.0"}, True),
        ("{score: {at_least: 5, at_most: 7}}", {"score": "6"}, True),
        ("{score: {at_least: 5}}", {}, False),
        ("{born: {at_least: '1990-01-01'}}", {"born": "1989-12-31"}, False),
        ("{born: past}", {"born": "2026-06-14"}, True),
        ("{born: past}", {"born": "2026-06-15"}, False),
        ("{born: future}", {"born": "2026-06-15"}, True),
        ("{born: future}", {}, False),
        ("{first: {differs_from: last}}", {"first": "Ruiz"}, False),
        ("{any: [{vip: true}, {status: Held}]}", {"status": "Held"}, True),
        ("{none: {vip: true, status: Held}}", {"vip": True}, True),
        ("{none: {vip: true}}", {"vip": True}, False),
    ],
)
def test_a_condition_holds(condition: str, values: dict[str, Any], holds: bool) -> None:
    made = field_value(f"{{constant: 'yes', when: {condition}}}", {"clients": [client(**values)]})
    assert made == ("yes" if holds else None)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0.1", "0.1"),
        ("1e3", None),
        ("1.234,56", None),
        ("$1,234.5", None),
        ("(12.00)", None),
        ("NaN", None),
        (True, None),
    ],
)
def test_only_canonical_numbers_count(value: Value, number: str | None) -> None:
    assert decimal_of(value) == (None if number is None else decimal_of(number))
    assert (decimal_of(value) is None) is (number is None)


@pytest.mark.parametrize("value", ["31/02/2024", "2024-02-31", "0000-00-00", "24-01-02", "2024-2-3"])
def test_an_impossible_date_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ValueError) as refusal:
        shaped(value, FieldType.DATE, "USD")
    assert value not in str(refusal.value)


def test_a_value_that_does_not_fit_is_a_warning_without_the_value() -> None:
    plan = compiled(f"{CLIENT_RULE}      Born: {{from: first, type: date}}\n")
    made = run(plan, "clients", {"clients": [client(first="secret")]})[0]
    assert isinstance(made, Mapped)
    assert made.warnings == ("Born: not a date",)


def test_the_text_of_a_plugins_error_is_not_repeated() -> None:
    def careless(value: Value) -> Value:
        raise ValueError(f"cannot read {value}")

    transform = NamedTransform(name="careless", function=careless)
    plan = compiled(f"{CLIENT_RULE}      X: {{from: last, use: careless}}\n", transforms=[transform])
    made = run(plan, "clients", {"clients": [client(last="secret")]})[0]
    assert isinstance(made, Mapped)
    assert "secret" not in str(made.warnings)


def test_a_faulty_transform_stops_the_run_and_names_itself() -> None:
    transform = NamedTransform(name="faulty", function=lambda value: value["no such key"])
    plan = compiled(f"{CLIENT_RULE}      X: {{from: last, use: faulty}}\n", transforms=[transform])
    with pytest.raises(ContractBroken, match="faulty"):
        run(plan, "clients", {"clients": [client()]})


def test_two_transforms_of_one_name_are_refused() -> None:
    with pytest.raises(ContractBroken, match="one_line"):
        compiled(CLIENT_RULE, transforms=[NamedTransform(name="one_line", function=str)])


def test_a_transform_may_ask_for_its_surroundings() -> None:
    transform = NamedTransform(
        name="zone", function=lambda value, context: f"{value} {context.time_zone} {context.currency}"
    )
    made = field_value("{from: first, use: zone}", {"clients": [client()]}, transforms=[transform])
    assert made == "Ana America/Denver USD"


def test_contacts_with_the_same_number_are_added_once() -> None:
    made = unique_contacts(
        [
            {"value": "(303) 555-0100", "label": "mobile", "primary": True},
            {"value": "+1 303 555 0100", "label": "guardian"},
            {"value": "ANA@example.org", "label": "work"},
            {"value": "ana@example.org", "label": "guardian"},
            {"value": "555-CALL", "label": "home"},
        ]
    )
    assert [(item["label"], item["primary"]) for item in made] == [("mobile", True), ("work", False), ("home", False)]


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("ana@example.org; bob@example.org", ["ana@example.org", "bob@example.org"]),
        ("ana@example.org,ANA@example.org", ["ana@example.org"]),
        (" <ana@example.org> ", ["ana@example.org"]),
        ("none", []),
    ],
)
def test_addresses_in_one_field_are_told_apart(value: str, made: list[str]) -> None:
    found = field_value("{from: email, use: email_list}", {"clients": [client(email=value)]})
    assert [item["value"] for item in found or []] == made


def test_local_times_become_utc_in_the_zone_of_their_row() -> None:
    text = """
zones: {visits: zone}
rules:
  visits:
    from: visits
    to: activity
    fields:
      day: {from: start, use: utc_date}
      time: {from: start, use: utc_time}
      here: {from: start, use: local_date}
      length: {from: minutes, use: hours_minutes}
"""
    rows = [
        {"id": "v1", "start": "2026-03-01T18:30:00", "zone": "America/Denver", "minutes": 90},
        {"id": "v2", "start": "2026-03-01T18:30:00", "zone": "America/New_York"},
        {"id": "v3", "start": "2026-03-01T18:30:00", "zone": "Nowhere/At_All"},
        {"id": "v4", "start": "2026-11-01T01:30:00", "zone": "America/Denver"},
        {"id": "v5", "start": "2026-03-08T02:30:00", "zone": "America/Denver"},
    ]
    made = {each.key: each.body for each in run(compiled(text), "visits", {"visits": rows}) if isinstance(each, Mapped)}
    assert made["v1"] == {"day": "2026-03-02", "time": "01:30:00", "here": "2026-03-01", "length": "01:30:00"}
    assert (made["v2"]["day"], made["v2"]["time"]) == ("2026-03-01", "23:30:00")
    assert made["v3"]["time"] == made["v1"]["time"]
    assert made["v4"]["time"] == "07:30:00"  # the first of the doubled hour
    assert made["v5"]["time"] == "09:30:00"  # a time that the clocks leapt over is read as if they had not


def test_past_is_decided_by_the_instant_not_the_wall_clock() -> None:
    text = """
zones: {visits: zone}
rules:
  visits:
    from: visits
    when: {start: past}
    to: activity
    fields: {name: id}
"""
    rows = [
        {"id": "denver", "start": "2026-06-15T11:59:00", "zone": "America/Denver"},
        {"id": "late", "start": "2026-06-15T12:00:00", "zone": "America/Denver"},
        {"id": "phoenix", "start": "2026-06-15T11:30:00", "zone": "America/Phoenix"},
        {"id": "no time"},
    ]
    made = run(compiled(text), "visits", {"visits": rows})
    assert [each.key for each in made if isinstance(each, Mapped)] == ["denver"]
