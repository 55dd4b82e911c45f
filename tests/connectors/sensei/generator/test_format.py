"""The folder is a sensei-export 1.0 as its specification defines it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from bridgework_sensei_generator import Truth

from .conftest import PATIENTS
from .reading import amount, manifest, report, rows

Practice = tuple[Path, Truth]


def test_every_row_and_the_manifest_fit_the_specification(practice: Practice, specification: dict[str, Any]) -> None:
    folder, _ = practice
    Draft202012Validator(specification["manifest"]).validate(manifest(folder))
    for name, schema in specification["objects"].items():
        validator = Draft202012Validator(schema)
        for number, row in enumerate(rows(folder, name), 1):
            errors = [error.message for error in validator.iter_errors(_plain(row))]
            assert not errors, (name, number, errors)


def _plain(value: Any) -> Any:
    """The row with amounts as the numbers that the schema speaks of."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if type(value).__name__ == "Decimal" else value


def test_rows_carry_no_property_the_specification_does_not_name(
    practice: Practice, specification: dict[str, Any]
) -> None:
    folder, _ = practice
    for name, schema in specification["objects"].items():
        for row in rows(folder, name):
            assert row.keys() <= schema["properties"].keys(), name


def test_the_manifest_names_every_object_with_its_rows_and_hash(
    practice: Practice, specification: dict[str, Any]
) -> None:
    folder, truth = practice
    files = {file["object"]: file for file in manifest(folder)["files"]}
    assert files.keys() == specification["objects"].keys() | specification["reports"].keys()
    for name, file in files.items():
        content = (folder / file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest(), name
        if file["format"] == "ndjson":
            assert file["rows"] == content.count(b"\n") == truth.rows[name]
        else:
            _, data, _ = report(folder, name, specification["reports"][name])
            assert file["rows"] == len(data) == truth.rows[name]


def test_a_practice_has_exactly_the_patients_asked_for(practice: Practice) -> None:
    folder, truth = practice
    assert sum(1 for _ in rows(folder, "patients")) == truth.rows["patients"] == PATIENTS


def test_reports_have_a_mark_windows_line_ends_titles_and_a_total(
    practice: Practice, specification: dict[str, Any]
) -> None:
    folder, _ = practice
    content = (folder / "transaction_list.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    titles, data, footer = report(folder, "transactions", specification["reports"]["transactions"])
    assert [len(title) for title in titles] == [1, 1, 0]
    assert len(footer) == 1 and footer[0][0] == "Total"
    assert any(amount(row["Amount"]) < 0 for row in data) and any("," in row["Amount"] for row in data)
    recare_titles, _, recare_footer = report(folder, "recare", specification["reports"]["recare"])
    assert recare_titles == recare_footer == []


def test_keys_are_unique_except_where_the_truth_says_so(practice: Practice, specification: dict[str, Any]) -> None:
    folder, truth = practice
    repeated = {line["key"] for line in truth.lines("defect") if line["check"] == "DUP-07"}
    for name in specification["objects"].keys() - {"fieldDefinitions"}:
        keys = Counter(row["id"] for row in rows(folder, name))
        assert {key for key, count in keys.items() if count > 1} <= repeated, name
    columns = {"transactions": ["Transaction #"], "claims": ["Claim Number"], "recare": ["Patient ID", "Recare Type"]}
    for name, key in columns.items():
        _, data, _ = report(folder, name, specification["reports"][name])
        assert len({tuple(row[column] for column in key) for row in data}) == len(data), name


def test_documents_lie_where_their_rows_say_except_those_the_truth_names(practice: Practice) -> None:
    folder, truth = practice
    wrong = {line["key"]: line["state"] for line in truth.lines("document")}
    assert set(wrong.values()) == {"missing", "changed"}
    kinds = set()
    for row in rows(folder, "documents"):
        path = folder / row["path"]
        state = wrong.get(row["id"], "whole")
        assert path.is_file() == (state != "missing")
        if state != "missing":
            same = hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
            assert same == (state == "whole")
            kinds.add(path.suffix)
    assert kinds == {".pdf", ".html", ".txt"}


def test_averages_are_those_of_a_real_practice(practice: Practice) -> None:
    _, truth = practice
    expected = truth.expected

    def average(count: int) -> float:
        return count / PATIENTS

    assert 2.5 < average(expected["appointments"]["past"]) < 3.5
    assert 0.35 < average(expected["appointments"]["future"]) < 0.65
    assert 0.3 < average(truth.rows["treatmentPlans"]) < 0.55
    assert 4.5 < average(truth.rows["transactions"]) < 7.5
    assert 0.8 < average(truth.rows["recare"]) < 1.2
    assert 0.2 < average(truth.rows["documents"]) < 0.4
