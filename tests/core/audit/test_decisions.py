"""decisions.csv: out, into a spreadsheet, and back in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.errors import BadInput
from bridgework.model import Finding, Severity
from bridgework.stages.audit import DECISION_COLUMNS, decide, decisions_csv, read_decisions
from bridgework.stages.audit.result import AuditResult, collect
from bridgework.stages.audit.spreadsheet import csv_text, plain_cell, read_csv, safe_cell

Make = Callable[..., Finding]
ROWS = {("people", "A"), ("people", "B"), ("people", "C"), ("people", "Z"), ("letters", "L")}


@pytest.fixture
def found(finding: Make) -> AuditResult:
    """One blocking finding, a pair, an orphan, a link to another object, and a warning."""
    findings = [
        finding("FIN-01", "", object="letters", field="cost", severity=Severity.BLOCK, proposed="fix at source"),
        finding("DUP-01", "B", others=("A",), proposed="merge into A"),
        finding("ORP-01", "L", object="letters", field="to", proposed="exclude"),
        finding("DUP-03", "L", object="letters", others=("A",), proposed="merge into A"),
        finding("MIS-01", "C", severity=Severity.WARN),
    ]
    return collect(findings, ())


def exists(name: str, key: str) -> bool:
    return (name, key) in ROWS


def write(path: Path, *rows: dict[str, str]) -> Path:
    text = csv_text(DECISION_COLUMNS, [[row.get(name, "") for name in DECISION_COLUMNS] for row in rows])
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def named(found: AuditResult, check: str) -> str:
    return next(each.id for each in found.findings if each.finding.check == check)


def test_every_finding_that_needs_a_person_has_a_row(found: AuditResult) -> None:
    rows = list(csv.DictReader(io.StringIO(decisions_csv(found))))
    assert tuple(rows[0]) == DECISION_COLUMNS
    assert [row["check"] for row in rows] == ["FIN-01", "DUP-01", "DUP-03", "ORP-01"]
    assert {row["decision"] for row in rows} == {""}


def test_an_untouched_file_decides_nothing(found: AuditResult, tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(decisions_csv(found), newline="")
    decided = decide(found, read_decisions(path, found, exists))
    assert decided.undecided == (named(found, "FIN-01"),)
    assert decided.merges == {}
    assert decided.exclusions == {("letters", "L"): named(found, "ORP-01")}


def test_words_of_people_become_merges_links_and_exclusions(found: AuditResult, tmp_path: Path) -> None:
    path = write(
        tmp_path / "decisions.csv",
        {"finding": named(found, "FIN-01"), "decision": "Accept", "note": "=known"},
        {"finding": named(found, "DUP-01"), "decision": "merge into A"},
        {"finding": named(found, "DUP-03"), "decision": "merge into A"},
        {"finding": named(found, "ORP-01"), "decision": "keep both"},
    )
    stated = read_decisions(path, found, exists)
    decided = decide(found, stated)
    assert decided.undecided == ()
    assert decided.merges == {("people", "B"): "A", ("letters", "L"): "A"}
    assert decided.exclusions == {}
    assert stated[named(found, "FIN-01")].note == "=known"
    again = tmp_path / "again.csv"
    again.write_text(decisions_csv(found, stated), newline="")
    assert read_decisions(again, found, exists) == stated


def test_a_row_without_an_id_is_found_by_what_it_names(found: AuditResult, tmp_path: Path) -> None:
    path = write(
        tmp_path / "decisions.csv",
        {"check": "FIN-01", "object": "letters", "key": "", "field": "cost", "decision": "accept"},
        {"check": "ORP-01", "object": "letters", "key": "L", "field": "to", "decision": "exclude"},
        {"check": "DUP-04", "object": "people", "key": "A", "decision": "merge into B"},
        {"check": "MIS-01", "object": "people", "key": "C", "decision": "accept"},
    )
    decided = decide(found, read_decisions(path, found, exists))
    assert decided.undecided == ()
    assert decided.merges == {("people", "A"): "B"}


def test_a_pair_merges_into_the_row_the_person_chose(found: AuditResult, tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", {"finding": named(found, "DUP-01"), "decision": "merge into B"})
    assert decide(found, read_decisions(path, found, exists)).merges == {("people", "A"): "B"}


def test_a_defect_of_a_column_may_be_named_by_one_of_its_rows(found: AuditResult, tmp_path: Path) -> None:
    row = {"check": "FIN-01", "object": "letters", "key": "L", "field": "cost", "decision": "accept"}
    assert named(found, "FIN-01") in read_decisions(write(tmp_path / "d.csv", row), found)


def test_what_is_to_be_fixed_at_the_source_stays_open(found: AuditResult, tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", {"finding": named(found, "FIN-01"), "decision": "fixed at source"})
    assert decide(found, read_decisions(path, found)).undecided == (named(found, "FIN-01"),)


def test_words_about_what_is_fixed_since_are_passed_over(found: AuditResult, tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", {"finding": "DUP-01-0000000000", "decision": "accept"})
    later = AuditResult(found.findings, fixed=("DUP-01-0000000000",))
    assert read_decisions(path, later) == {}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"finding": "DUP-01-ffffffffff", "decision": "accept"}, "line 2, column finding"),
        ({"check": "DUP-01", "object": "people", "key": "Q", "decision": "accept"}, "line 2, column key"),
        ({"check": "DUP-01", "object": "people", "key": "B", "decision": "perhaps"}, "line 2, column decision"),
        ({"check": "DUP-01", "object": "people", "key": "B", "decision": "merge into Q"}, "line 2, column decision"),
        ({"check": "ORP-01", "object": "letters", "key": "L", "decision": "merge into L"}, "line 2, column decision"),
    ],
)
def test_a_wrong_row_is_named(found: AuditResult, tmp_path: Path, row: dict[str, str], says: str) -> None:
    with pytest.raises(BadInput) as error:
        read_decisions(write(tmp_path / "d.csv", row), found, exists)
    assert says in error.value.message
    assert "perhaps" not in error.value.message and "Q" not in error.value.message.replace("DUP", "")


def test_two_words_for_one_finding_are_refused(found: AuditResult, tmp_path: Path) -> None:
    one = {"finding": named(found, "DUP-01"), "decision": "keep both"}
    with pytest.raises(BadInput, match="line 3"):
        read_decisions(write(tmp_path / "d.csv", one, {**one, "decision": "merge into A"}), found, exists)
    assert len(read_decisions(write(tmp_path / "d.csv", one, one), found)) == 1


def test_merges_in_a_circle_are_refused(finding: Make, tmp_path: Path) -> None:
    pairs = [
        finding("DUP-01", "A", others=("B",)),
        finding("DUP-04", "B", others=("C",)),
        finding("DUP-01", "C", others=("A",)),
    ]
    audit = collect(pairs, ())
    rows = [
        {"check": each.check, "object": "people", "key": each.key, "decision": f"merge into {each.others[0]}"}
        for each in pairs
    ]
    with pytest.raises(BadInput, match="circle"):
        read_decisions(write(tmp_path / "d.csv", *rows), audit, exists)
    assert len(read_decisions(write(tmp_path / "d.csv", *rows[:2]), audit, exists)) == 2


def test_the_hash_changes_with_the_words_and_not_with_their_order(found: AuditResult, tmp_path: Path) -> None:
    accept = {"finding": named(found, "FIN-01"), "decision": "accept"}
    merge = {"finding": named(found, "DUP-01"), "decision": "merge into A"}

    def hashed(*rows: dict[str, str]) -> str:
        return decide(found, read_decisions(write(tmp_path / "d.csv", *rows), found, exists)).content_hash

    assert hashed(accept, merge) == hashed(merge, accept)
    assert len({hashed(), hashed(accept), hashed(accept, merge)}) == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_saved_by_any_spreadsheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(f'A{delimiter}"b"\r\n"Zoé {delimiter} x"{delimiter}\r\n{delimiter}\r\n'.encode(encoding))
    (line,) = read_csv(path, ("a", "b"))
    assert (line.number, line.cells) == (2, {"a": f"Zoé {delimiter} x", "b": ""})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\n1", "column b is missing"), ("a,b,a\n", "column a is there twice"), ("a,b,x,y\n", "2 unknown columns"),
        ("a,b\n1,2,3\n", "line 2: more cells"), ('a,b\n"1,2\n', "quotes"), ("", "column a is missing"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_ours_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text, newline="")
    with pytest.raises(BadInput, match=says):
        read_csv(path, ("a", "b"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_csv(tmp_path / "none.csv", ("a",))


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"))))
def test_a_cell_comes_back_as_it_was_and_is_never_a_formula(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"))


@given(st.text())
def test_no_control_character_reaches_a_file(text: str) -> None:
    assert not [letter for letter in safe_cell(text) if letter < " " and letter != "\n"]
