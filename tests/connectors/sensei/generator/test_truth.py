"""The truth says what is really in the export, counted again here from the files alone."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridgework_sensei_generator import Truth, generate

from .reading import Row, amount, report, rows

Practice = tuple[Path, Truth]

PLANTED = {
    *(f"DUP-0{number}" for number in range(1, 8)), *(f"ORP-0{number}" for number in range(1, 8)),
    "MIS-01", "MIS-02", "MIS-03", "PRV-01", "PRV-02", "DAT-01", "DAT-02", "ENC-01", "DEN-01", "DEN-02", "DEN-03",
    "FIN-01", "FIN-02", "FIN-03", "INS-01", "PHI-01", "DST-01",
}  # fmt: skip
WHOLE_FILE = {"FIN-01", "DAT-01"}
DECISION_COLUMNS = ["finding", "check", "severity", "object", "key", "field", "summary", "proposed", "decision", "note"]


@pytest.fixture(scope="module")
def keys(practice: Practice, specification: dict[str, Any]) -> dict[str, set[str]]:
    folder, _ = practice
    found = {name: {row["id"] for row in rows(folder, name)} for name in specification["objects"] if _keyed(name)}
    for name, column in (("transactions", "Transaction #"), ("claims", "Claim Number")):
        _, data, _ = report(folder, name, specification["reports"][name])
        found[name] = {row[column] for row in data}
    return found


def _keyed(name: str) -> bool:
    return name != "fieldDefinitions"


def _lines(truth: Truth) -> list[Row]:
    return [line for kind in ("defect", "duplicate", "not_duplicate") for line in truth.lines(kind)]


def test_every_check_that_the_format_allows_is_planted(practice: Practice) -> None:
    _, truth = practice
    found = {line["check"] for line in _lines(truth) if "check" in line}
    assert found == PLANTED


def test_the_truth_names_only_records_of_the_export(practice: Practice, keys: dict[str, set[str]]) -> None:
    _, truth = practice
    for line in _lines(truth):
        named = [key for key in (line.get("key"), *line.get("keys", ())) if key is not None]
        assert named
        for key in named:
            objects = (line["object"], "patients") if line.get("check") == "DUP-03" else (line["object"],)
            whole = key == "" and line["check"] in WHOLE_FILE
            assert whole or any(key in keys[name] for name in objects), line


def test_planted_twins_are_alike_in_the_way_their_check_describes(practice: Practice) -> None:
    folder, truth = practice
    people = {row["id"]: row for row in rows(folder, "patients")}
    parties = {row["id"]: row for row in rows(folder, "responsibleParties")}
    for line in truth.lines("duplicate"):
        first, other = line["keys"]
        if line["check"] == "DUP-03":
            assert parties[other]["patientId"] is None
            assert _name(parties[other]) == _name(people[first])
            continue
        one, two = people[first], people[other]
        assert one["id"] != two["id"] and one["patientNumber"] != two["patientNumber"]
        if line["check"] == "DUP-01":
            assert (_name(one), one["dateOfBirth"]) == (_name(two), two["dateOfBirth"])
        elif line["check"] == "DUP-02":
            assert two["firstName"] == one["firstName"] + "_" and two["status"] == "Inactive"
        else:
            same = [one[field] == two[field] for field in ("firstName", "lastName", "dateOfBirth")]
            assert 1 <= sum(same) <= 2 and one["address"] == two["address"]


def _name(row: Row) -> tuple[str, str]:
    return row["firstName"].casefold(), row["lastName"].casefold()


def test_people_who_must_stay_two_look_alike_and_differ(practice: Practice) -> None:
    folder, truth = practice
    people = {row["id"]: row for row in rows(folder, "patients")}
    kinds = Counter()
    for line in truth.lines("not_duplicate"):
        one, two = (people[key] for key in line["keys"])
        kinds[line["why"]] += 1
        assert one["lastName"] == two["lastName"]
        assert (one["firstName"] != two["firstName"]) or (one["dateOfBirth"] != two["dateOfBirth"])
        if line["why"] == "twins":
            assert one["dateOfBirth"] == two["dateOfBirth"] and one["address"] == two["address"]
        if line["why"] == "junior and senior":
            assert {one["suffix"], two["suffix"]} == {"Jr", "Sr"}
    assert set(kinds) == {"twins", "junior and senior", "namesake"}


def test_about_six_patients_in_a_hundred_are_doubled(tmp_path: Path) -> None:
    truth = generate(tmp_path / "export", patients=2000, seed=4, documents=0)
    doubled = sum(truth.summary["checks"][check] for check in ("DUP-01", "DUP-02", "DUP-03", "DUP-04"))
    assert 0.045 < doubled / 2000 < 0.075


def _ends(folder: Path) -> dict[str, str]:
    """Where every patient's rows end up: at a patient who takes part, or nowhere."""
    people = {row["id"]: row for row in rows(folder, "patients")}
    found = {}
    for key in people:
        row, steps = people.get(key), 0
        while row and row["mergedIntoId"] and not row["deletedAt"] and steps < 5:
            row, steps = people.get(row["mergedIntoId"]), steps + 1
        if row and not row["deletedAt"] and not row["mergedIntoId"]:
            found[key] = row["id"]
    return found


def test_counts_of_visits_and_plans_are_those_of_the_files(practice: Practice) -> None:
    folder, truth = practice
    ends = _ends(folder)
    cutover = truth.summary["cutover"][:10]
    visits: Counter[str] = Counter()
    seen: set[str] = set()
    for row in rows(folder, "appointments"):
        if row["id"] in seen or row["deletedAt"]:
            continue
        seen.add(row["id"])
        if row["patientId"] in ends:
            visits["past" if row["start"][:10] <= cutover else "future"] += 1
        else:
            visits["orphan"] += 1
    expected = truth.expected["appointments"]
    assert visits == {name: expected[name] for name in ("past", "future", "orphan")}
    plans: Counter[str] = Counter()
    for row in rows(folder, "treatmentPlans"):
        if not row["deletedAt"] and row["patientId"] in ends:
            plans["closed" if row["status"] in ("Completed", "Declined") else "open"] += 1
    expected = truth.expected["treatmentPlans"]
    assert plans == {name: expected[name] for name in ("open", "closed")}


def test_ledger_sums_of_every_patient_are_those_of_the_report(
    practice: Practice, specification: dict[str, Any]
) -> None:
    folder, truth = practice
    people = list(rows(folder, "patients"))
    ends = _ends(folder)
    by_name = {(row["patientNumber"], f"{row['lastName']}, {row['firstName']}"): row["id"] for row in people}
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    lost = Decimal(0)
    _, data, _ = report(folder, "transactions", specification["reports"]["transactions"])
    for row in data:
        value = amount(row["Amount"])
        owner = ends.get(by_name.get((row["Patient ID"], row["Patient"]), ""))
        if owner is None:
            lost += value
            continue
        paid = row["Transaction Category"] in ("Payment", "Insurance Payment", "Refund")
        kind = "charges" if row["Transaction Category"] == "Charge" else "payments" if paid else "adjustments"
        sums[owner][kind] += -value if paid else value
        sums[owner]["balance"] += value
        sums[owner]["entries"] += 1
    stated = {line["patient"]: line for line in truth.lines("ledger")}
    assert stated.keys() == sums.keys()
    for key, line in stated.items():
        for kind in ("charges", "payments", "adjustments", "balance"):
            assert Decimal(line[kind]) == sums[key][kind], kind
        assert line["entries"] == sums[key]["entries"]
    assert Decimal(truth.expected["ledger"]["orphan"]) == lost
    assert Decimal(truth.expected["ledger"]["all"]) == sum((amount(row["Amount"]) for row in data), Decimal(0))


def test_the_printed_total_is_wrong_only_where_the_truth_says_so(
    practice: Practice, clean_practice: Practice, specification: dict[str, Any]
) -> None:
    for (folder, truth), off in ((practice, Decimal(100)), (clean_practice, Decimal(0))):
        _, _, footer = report(folder, "transactions", specification["reports"]["transactions"])
        assert amount(footer[0][-1]) - Decimal(truth.expected["ledger"]["all"]) == off


def test_corrections_cancel_what_they_name_unless_planted(practice: Practice, specification: dict[str, Any]) -> None:
    folder, truth = practice
    uneven = {line["key"] for line in truth.lines("defect") if line["cause"] == "correction does not net"}
    _, data, _ = report(folder, "transactions", specification["reports"]["transactions"])
    by_number = {row["Transaction #"]: row for row in data}
    checked = 0
    for row in data:
        if row["Description"].startswith("Correction of #"):
            wrong = by_number[row["Description"].split("#")[1].split(":")[0]]
            assert wrong["Transaction Category"] == row["Transaction Category"]
            nets = amount(wrong["Amount"]) == -amount(row["Amount"])
            assert nets == (row["Transaction #"] not in uneven)
            checked += 1
    assert checked > 5


def test_every_finding_that_needs_a_person_is_decided(practice: Practice, keys: dict[str, set[str]]) -> None:
    _, truth = practice
    with truth.decisions.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == DECISION_COLUMNS
    decided = {(line["check"], line["object"], line["key"]): line["decision"] for line in lines}
    for line in truth.lines("defect"):
        if line["severity"] == "B" or (line["severity"] == "A" and line["required"]):
            assert (line["check"], line["object"], line["key"]) in decided
    for line in truth.lines("duplicate"):
        assert (line["check"], line["object"], line["keys"][1]) in decided
    for decision in decided.values():
        target = decision.removeprefix("merge into ")
        assert target in keys["patients"] or decision in ("fix at source", "exclude", "keep both", "accept")


def test_a_small_practice_has_the_important_defects_and_few_that_block(tmp_path: Path) -> None:
    truth = generate(tmp_path / "export", patients=100, seed=2)
    checks = truth.summary["checks"]
    assert {"DUP-01", "DUP-02", "DUP-03", "DUP-04", "MIS-02", "MIS-03", "ORP-01", "ORP-04", "PRV-01"} <= checks.keys()
    assert checks["DUP-07"] == 1 and "FIN-01" not in checks
    without = generate(tmp_path / "loads", patients=100, seed=2, blocking=False)
    assert not without.summary["checks"].keys() & {"DUP-07", "DAT-01", "FIN-01"}


def test_a_practice_without_defects_is_sound(clean_practice: Practice, specification: dict[str, Any]) -> None:
    folder, truth = clean_practice
    assert {line["check"] for line in truth.lines("defect")} <= {"MIS-01", "DUP-05", "PRV-02"}
    assert not list(truth.lines("duplicate"))
    people = {row["id"]: row for row in rows(folder, "patients")}
    assert len({row["patientNumber"] for row in people.values()}) == len(people)
    for name in ("appointments", "treatmentPlans", "policies", "clinicalNotes", "documents"):
        children = list(rows(folder, name))
        assert len({row["id"] for row in children}) == len(children)
        assert {row["patientId"] for row in children} <= people.keys()
    parties = {row["id"] for row in rows(folder, "responsibleParties")}
    for row in people.values():
        assert row["email"] or row["phones"]
        assert {party["id"] for party in row["responsibleParties"]} <= parties
        assert row["responsibleParties"] or row["dateOfBirth"] < "2008-11-01"
        assert row["createdAt"] <= row["updatedAt"] < truth.summary["generatedAt"]
        assert row["dateOfBirth"] <= row["createdAt"][:10]
    for plan in rows(folder, "treatmentPlans"):
        assert plan["totalFee"] == sum(item["fee"] for item in plan["procedures"])
