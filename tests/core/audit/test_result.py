"""Ids, counts, comparison, and what may be shared."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from bridgework.model import Finding, Severity
from bridgework.stages.audit import checklist_csv, checklist_rows, run_audit
from bridgework.stages.audit.identity import finding_id, key_hash
from bridgework.stages.audit.result import collect
from bridgework.staging import Staging

Stage = Callable[..., Staging]
Make = Callable[..., Finding]
SECRET = b"s" * 32


def test_the_id_depends_on_the_defect_alone(finding: Make) -> None:
    base = finding("DUP-01", "A", others=("B", "C"), field="x")
    same = finding("DUP-01", "C", others=("A", "B"), field="x", evidence="other", summary="other", denominator=9)
    assert finding_id(base) == finding_id(same)
    assert finding_id(base) == "DUP-01-" + finding_id(base)[7:] and len(finding_id(base)) == 17
    for other in (
        finding("DUP-02", "A", others=("B", "C"), field="x"),
        finding("DUP-01", "A", others=("B",), field="x"),
        finding("DUP-01", "A", others=("B", "C"), field="y"),
        finding("DUP-01", "A", others=("B", "C"), field="x", object="letters"),
    ):
        assert finding_id(other) != finding_id(base)


def test_order_of_plugins_does_not_matter(finding: Make) -> None:
    several = [finding("DUP-01", "B"), finding("DUP-01", "A"), finding("MIS-01", "C", severity=Severity.WARN),
               finding("FIN-01", "D", severity=Severity.BLOCK)]  # fmt: skip
    results = {tuple(note.id for note in collect(order, ()).findings) for order in permutations(several)}
    assert len(results) == 1
    assert [note.finding.key for note in collect(several, ()).findings] == ["D", "A", "B", "C"]


def test_a_check_that_found_several_things_names_each_with_its_number(finding: Make) -> None:
    gone, dead = "patient not in the export", "patient deleted"
    told = [("A", dead), ("B", f"{gone}: nobody"), ("C", f"{gone} (told twice)")]
    result = collect([finding("ORP-01", key, summary=summary) for key, summary in told], ())
    assert [each["title"] for each in result.checks()] == [f"{gone} (2); {dead} (1)"]
    assert collect([finding("ORP-01", summary=f"{gone}: nobody")], ()).checks()[0]["title"] == gone


def test_a_finding_told_twice_counts_once(finding: Make) -> None:
    assert len(collect([finding(), finding()], [finding()]).findings) == 1


@pytest.mark.parametrize("general", ["ORP-00", "DAT-02"])
def test_the_trade_knows_better_than_the_core(finding: Make, general: str) -> None:
    special, common = finding("ORP-01", "A", field="to"), finding(general, "A", field="to")
    elsewhere = finding(general, "A", field="cc")
    checks = [note.finding.check for note in collect([special], [common, elsewhere]).findings]
    assert sorted(checks) == sorted(["ORP-01", general])


def test_a_value_that_could_not_be_read_is_not_called_missing(finding: Make) -> None:
    general = finding("DAT-02", key="P-1", field="born", summary="date is impossible", evidence="p.ndjson, line 7")
    missing = finding("MIS-03", key="P-1", field="born", summary="no date of birth")
    [note] = collect([missing], [general]).findings
    assert note.finding.check == "MIS-03"
    assert note.finding.summary == "no date of birth (date is impossible)"
    assert note.finding.evidence == "p.ndjson, line 7"


def test_a_damaged_text_is_told_beside_what_the_trade_says(finding: Make) -> None:
    assert len(collect([finding("MIS-01", "A", field="x")], [finding("ENC-01", "A", field="x")]).findings) == 2


def test_the_next_audit_says_what_is_fixed_new_and_the_same(stage: Stage, finding: Make) -> None:
    first = run_audit(stage({"people": [{"id": "A"}]}), [finding("DUP-01", "A"), finding("DUP-01", "B")])
    assert first.comparison() == {"fixed": 0, "new": 0, "same": 0}
    content = json.loads(json.dumps(first.shareable(SECRET)))
    repeated = run_audit(stage({"people": [{"id": "A"}]}), [finding("DUP-01", "A")], content)
    assert repeated.comparison() == {"fixed": 0, "new": 0, "same": 0}
    staging = stage({"people": [{"id": "A", "no": "changed"}]})
    second = run_audit(staging, [finding("DUP-01", "B"), finding("DUP-01", "C")], content)
    assert second.comparison() == {"fixed": 1, "new": 1, "same": 1}
    assert second.fixed == (finding_id(finding("DUP-01", "A")),)
    assert {note.finding.key: note.standing for note in second.findings} == {"B": "same", "C": "new"}
    # Taking decisions in audits the same extract again; the comparison stays the one with the extract before.
    again = run_audit(staging, [finding("DUP-01", "B"), finding("DUP-01", "C")], second.shareable(SECRET))
    assert again.comparison() == second.comparison()
    assert again.fixed == second.fixed


def test_rates_come_with_their_denominator(finding: Make) -> None:
    rows = [finding("MIS-01", key, denominator=8) for key in ("A", "B", "B")]
    (line,) = collect(rows, ()).checks()
    assert (line["findings"], line["rows"], line["denominator"], line["rate"]) == (2, 2, 8, "25.00")


def test_an_unknown_denominator_gives_no_rate(finding: Make) -> None:
    (line,) = collect([finding()], ()).checks()
    assert line["rate"] == ""


def test_shareable_content_holds_no_key_and_no_value(finding: Make) -> None:
    told = finding("DUP-01", "KEYAAA", others=("KEYBBB",), proposed="merge into KEYBBB", evidence="Zyxwvut")
    text = json.dumps(collect([told], ()).shareable(SECRET))
    assert not [word for word in ("KEYAAA", "KEYBBB", "Zyxwvut") if word in text]
    assert key_hash("people", "KEYAAA", SECRET) in text
    assert key_hash("people", "KEYAAA", b"t" * 32) not in text


def test_the_checklist_keeps_a_persons_fixes_together(stage: Stage, finding: Make) -> None:
    staging = stage(
        {
            "people": [
                {"id": "A", "no": "10", "first": "Ana", "last": "Ruiz"},
                {"id": "B", "no": "9", "first": "Ben", "last": "Lund"},
            ],
            "letters": [{"id": "L", "to": "10"}, {"id": "M", "to": "77"}],
        }
    )
    found = run_audit(
        staging,
        [
            finding("MIS-01", "A", severity=Severity.WARN, action="Ask."), finding("DUP-01", "B"),
            finding("DEN-01", "L", object="letters", action="Correct."), finding("ORP-01", "M", object="letters",
            field="to"), finding("FIN-01", "", object="letters"), finding("XYZ-01", "gone"),
        ],
    )  # fmt: skip
    rows = checklist_rows(found, staging)
    assert [(row[0], row[1]) for row in rows] == [
        ("9", "Ben Lund"), ("10", "Ana Ruiz"), ("10", "Ana Ruiz"), ("77", ""), ("", ""), ("", ""),
    ]  # fmt: skip
    assert {row[2] for row in rows[1:3]} == {"Ask.", "Correct."}


def test_a_name_cannot_become_a_formula_or_steer_a_terminal(stage: Stage, finding: Make) -> None:
    hostile: dict[str, Any] = {"id": "A", "no": "=1+1", "first": "@SUM(A1)", "last": "\x1b]0;x\x07"}
    staging = stage({"people": [hostile]})
    text = checklist_csv(run_audit(staging, [finding("MIS-01", "A", evidence="＝cmd")]), staging)
    assert "'=1+1" in text and "'@SUM(A1)" in text
    assert "\x1b" not in text and "\x07" not in text
