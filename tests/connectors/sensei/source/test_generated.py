"""A whole generated practice is read completely: every row, with the defects that were planted and no others."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import pytest

from bridgework_sensei_generator import generate

from .exports import extracted, source

PATIENTS = 300


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice") / "export"
    return folder, generate(folder, patients=PATIENTS, seed=7)


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean") / "export"
    generate(folder, patients=PATIENTS, seed=7, defects=False)
    return folder


def test_every_declared_row_is_read(practice):
    sensei = source(practice[0])
    for described in sensei.describe_source().objects:
        rows = extracted(sensei, described.name)
        if described.rows is not None:
            assert len(rows) == described.rows, described.name
        assert all(row.values for row in rows)
        assert described.absent == "" or rows == []


def test_a_clean_practice_has_no_problem(clean):
    sensei = source(clean)
    for described in sensei.describe_source().objects:
        assert [problem for row in extracted(sensei, described.name) for problem in row.problems] == []


def test_planted_defects_are_reported_as_problems(practice):
    sensei = source(practice[0])
    found = Counter(
        (row.object, problem.field, problem.check)
        for name in ("patients", "policies", "transactions", "claims", "recare")
        for row in extracted(sensei, name)
        for problem in row.problems
    )
    assert found[("patients", "dateOfBirth", "DAT-02")] > 0
    assert found[("patients", "lastName", "ENC-01")] > 0
    assert found[("claims", "Last Updated", "DAT-01")] > 0
    assert {check for _, _, check in found} == {"DAT-01", "DAT-02", "ENC-01"}


def test_values_are_what_the_lines_say(practice):
    sensei = source(practice[0])
    for row in extracted(sensei, "patients"):
        said = json.loads(row.raw)
        doubtful = {problem.field.partition(".")[0] for problem in row.problems}
        for name in ("id", "patientNumber", "status", "lastName", "email", "dateOfBirth", "createdAt", "phones"):
            if name not in doubtful:
                assert (row.values.get(name) or None) == (said[name] or None), name


def test_the_sum_of_a_clean_ledger_is_its_printed_total(clean):
    sensei = source(clean)
    printed = sensei.describe_source().facts["total.transactions.Amount"]
    assert sum(Decimal(row.values["Amount"]) for row in extracted(sensei, "transactions")) == Decimal(printed)
