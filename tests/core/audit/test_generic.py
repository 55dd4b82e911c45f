"""What the core finds without a word of the trade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bridgework.mapping import Lengths, MappingSettings, compile_mapping, load_mapping
from bridgework.model import Finding, Problem, Severity
from bridgework.stages.audit import generic_findings, run_audit
from bridgework.stages.audit.damage import damage
from bridgework.staging import Staging

Stage = Callable[..., Staging]


def seen(staging: Staging) -> set[tuple[str, str, str, str]]:
    return {(each.check, each.object, each.key, each.field) for each in generic_findings(staging)}


def test_orderly_rows_have_no_finding(stage: Stage) -> None:
    people = [{"id": "1", "no": "7", "first": "Zoë", "last": "Núñez", "text": "line\nline", "page": "<b>x</b>"}]
    assert seen(stage({"people": people, "letters": [{"id": "L", "to": "7", "name": "Núñez, Zoë"}]})) == set()


@pytest.mark.parametrize(
    ("values", "check", "field"),
    [
        ({"first": "MuÃ±oz"}, "ENC-01", "first"),
        ({"first": "Pe\ufffda"}, "ENC-01", "first"),
        ({"first": "a\x07b"}, "ENC-01", "first"),
        ({"first": "<script>alert(1)</script>"}, "ENC-01", "first"),
        ({"text": "x<br>y"}, "ENC-01", "text"),
        ({"extra": {"inner": ["fine", "\x1b]0;x"]}}, "ENC-01", "extra.inner"),
        ({"first": "x" * 256}, "DST-01", "first"),
        ({"born": "1900-01-01"}, "DAT-02", "born"),
        ({"changed": "2026-11-02T00:00:00Z"}, "DAT-02", "changed"),
        ({"!": [Problem("born", "DAT-02", "is a date that does not exist")]}, "DAT-02", "born"),
        ({"!": [Problem("", "ROW-01", "the row is no JSON")]}, "ROW-01", ""),
        ({"!": [Problem("born", "XYZ-99", "is odd")]}, "XYZ-99", "born"),
    ],
)
def test_each_defect_is_found_where_it_is(stage: Stage, values: dict[str, Any], check: str, field: str) -> None:
    assert seen(stage({"people": [{"id": "1", **values}, {"id": "2"}]})) == {(check, "people", "1", field)}


def test_what_every_row_must_have_is_missed_where_it_is_not(stage: Stage) -> None:
    bills: list[dict[str, Any]] = [
        {"id": "paid", "cost": "0.00"},
        {"id": "blank"},
        {"id": "read wrong", "!": [Problem("cost", "DAT-03", "is not an amount")]},
        {"id": "not read", "!": [Problem("", "ROW-01", "the row is no JSON")]},
        {"id": "deleted", "gone": "2026-01-01T00:00:00Z"},
    ]
    missed = {each for each in seen(stage({"people": [], "bills": bills})) if each[0] == "MIS-00"}
    assert missed == {("MIS-00", "bills", "blank", "cost")}


@pytest.mark.parametrize(
    ("fields", "proposed", "said"),
    [
        ("{name: first}", "accept", "name ends with … and stands whole in the archive"),
        ("{name: last, Text: {from: first, type: long_text}}", "accept", "kept whole"),
        (
            "{name: {from: first, overflow: Text}, Text: {constant: '', type: long_text}}",
            "accept",
            "name ends with … and stands whole in Text",
        ),
    ],
)
def test_what_a_person_is_told_about_a_long_text_is_what_the_mapping_makes_of_it(
    stage: Stage, fields: str, proposed: str, said: str
) -> None:
    staging = stage({"people": [{"id": "1", "first": "x" * 256}]})
    text = f"rules: {{people: {{from: people, to: person, fields: {fields}}}}}"
    settings = MappingSettings(currency="USD", cutover=datetime(2026, 6, 15, tzinfo=UTC), time_zone="UTC")
    plan = compile_mapping(load_mapping([("mapping.yaml", text)]), staging.description, settings=settings)
    [found] = run_audit(staging, plan=plan).findings
    assert (found.finding.proposed, said in found.finding.action) == (proposed, True)


@pytest.mark.parametrize(("length", "told"), [(400, []), (401, ["Text ends with … and stands whole in the archive"])])
def test_a_long_text_is_told_only_if_it_is_cut(stage: Stage, length: int, told: list[str]) -> None:
    staging = stage({"people": [{"id": "1", "text": "x" * length}]})
    text = "rules: {people: {from: people, to: person, fields: {name: last, Text: text}}}"
    settings = MappingSettings(
        currency="USD", cutover=datetime(2026, 6, 15, tzinfo=UTC), time_zone="UTC", lengths=Lengths(text=400)
    )
    plan = compile_mapping(load_mapping([("mapping.yaml", text)]), staging.description, settings=settings)
    found = [each.finding.action.partition(": ")[2] for each in run_audit(staging, plan=plan).findings]
    assert found == [f"{each}." for each in told]


def test_a_key_used_twice_blocks_and_a_repeated_row_does_not(stage: Stage) -> None:
    staging = stage({"people": [{"id": "1", "no": "7"}, {"id": "1", "no": "8"}, {"id": "2"}, {"id": "2"}]})
    found = {(each.key, each.severity) for each in generic_findings(staging) if each.check == "DUP-07"}
    assert found == {("1~2", Severity.BLOCK), ("", Severity.WARN)}


def test_two_date_orders_in_a_column_are_one_blocking_finding(stage: Stage) -> None:
    problem = Problem("born", "DAT-01", "is a date in another order than mdy")
    staging = stage({"people": [{"id": str(number), "!": [problem]} for number in range(30)]})
    (found,) = generic_findings(staging)
    assert (found.check, found.key, found.field, found.severity) == ("DAT-01", "", "born", Severity.BLOCK)
    assert found.denominator == 30


def test_a_field_of_the_customer_without_a_definition_is_told_once(stage: Stage) -> None:
    staging = stage(
        {"people": [{"id": "1", "own": {"colour": "red"}, "loose": "x"}, {"id": "2", "own": {"colour": "b"}}]}
    )
    assert seen(staging) == {("FLD-01", "people", "", "own.colour")}


def test_a_reference_to_nobody_is_found(stage: Stage) -> None:
    staging = stage({"people": [{"id": "1", "no": "7"}], "letters": [{"id": "L", "to": "9"}, {"id": "M"}]})
    assert seen(staging) == {("ORP-00", "letters", "L", "to")}


def test_a_name_that_a_report_repeats_is_damaged_once(stage: Stage) -> None:
    problem = Problem("name", "ENC-01", "was read in a wrong encoding")
    rows = {
        "people": [{"id": "1", "no": "7", "last": "MuÃ±oz"}],
        "letters": [{"id": "L", "to": "7", "name": "MuÃ±oz, Ana", "!": [problem]}],
    }
    assert seen(stage(rows)) == {("ENC-01", "people", "1", "last")}


@pytest.mark.parametrize(("total", "expected"), [("30.50", 0), ("30.51", 1), ("about 30", 0)])
def test_a_printed_total_must_be_the_sum_of_the_rows(stage: Stage, total: str, expected: int) -> None:
    rows = {"letters": [{"id": "1", "cost": "10.25"}, {"id": "2", "cost": "20.25"}, {"id": "3"}]}
    found = [each for each in generic_findings(stage(rows, {"total.letters.cost": total})) if each.check == "FIN-01"]
    assert len(found) == expected


def test_a_reason_of_a_reader_is_scrubbed_of_values(stage: Stage) -> None:
    problem = Problem("born", "DAT-03", 'holds "ana@example.org", 303-555-0100')
    (found,) = generic_findings(stage({"people": [{"id": "1", "!": [problem]}]}))
    assert "ana" not in found.summary and "555" not in found.summary


def test_what_a_row_holds_never_stands_in_a_summary(stage: Stage) -> None:
    staging = stage({"people": [{"id": "1", "first": "Zyxwvut\x07", "text": "<b>Zyxwvut"}]})
    findings: list[Finding] = list(generic_findings(staging))
    assert len(findings) == 2
    assert not [each for each in findings if "Zyx" in each.summary + each.action]


@pytest.mark.parametrize(
    "text", ["José", "Ångström", "Ñuñoa", "Čapek", "日本", "5 < 6 & 7 > 3", "AT&T", "tab\there", "Â"]
)
def test_unusual_text_is_not_damaged(text: str) -> None:
    assert damage(text) == ""
