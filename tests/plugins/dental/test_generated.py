"""The audit against a generated practice: everything planted is found, nothing is found where nothing was planted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridgework.stages.audit import decide, read_decisions, run_audit
from bridgework.stages.audit.result import AuditResult
from bridgework.staging import Staging
from bridgework.staging.records import Records
from bridgework_dental import Dental
from bridgework_sensei import Sensei, SenseiSettings
from bridgework_sensei_generator.generator import generate
from bridgework_sensei_generator.truth import Truth

PATIENTS = 700
TWINS = ("DUP-01", "DUP-02", "DUP-03", "DUP-04")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("practice") / "export", patients=PATIENTS, seed=11, documents=0.02)


@pytest.fixture(scope="module")
def staging(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    source = Sensei(SenseiSettings(path=truth.folder.with_name("export")))
    with Records.create(tmp_path_factory.mktemp("staging") / "records.db", b"k" * 32, "abcdef") as records:
        described = source.describe_source()
        with records.writer() as writer:
            writer.begin(described)
            for each in described.objects:
                if not each.absent:
                    writer.add(each.name, source.extract(each.name, None))
            writer.freeze()
        yield records.staging()


@pytest.fixture(scope="module")
def found(staging: Staging) -> AuditResult:
    return run_audit(staging, Dental().audit(staging))


def rows_of(found: AuditResult) -> set[tuple[str, str, str]]:
    """(check, object, key) of every row a finding names; a finding of a whole column names the empty key."""
    return {
        (each.finding.check, each.finding.object, key)
        for each in found.findings
        for key in (each.finding.key, *each.finding.others)
    }


def test_every_planted_defect_is_found(found: AuditResult, truth: Truth) -> None:
    named = rows_of(found)
    missed = []
    for line in truth.lines("defect"):
        keys = {*line.get("keys", ()), line["key"], ""}
        if line["required"] and not any((line["check"], line["object"], key) in named for key in keys):
            missed.append((line["check"], line["cause"]))
    assert missed == []


def test_severities_are_those_of_the_catalogue(found: AuditResult, truth: Truth) -> None:
    planted = {(line["check"], line["severity"]) for line in truth.lines("defect")}
    mine = {(each.finding.check, str(each.finding.severity)) for each in found.findings}
    assert {pair for pair in mine if pair[0] in dict(planted)} <= planted | {("DUP-07", "W")}


def test_all_pairs_are_found_and_no_other(found: AuditResult, truth: Truth) -> None:
    planted = {(line["object"], frozenset(line["keys"])) for line in truth.lines("duplicate")}
    mine = {
        (each.finding.object, frozenset((each.finding.key, *each.finding.others)))
        for each in found.findings
        if each.finding.check in TWINS
    }
    assert mine == planted


def test_nothing_is_wrong_with_a_practice_without_defects(tmp_path: Path) -> None:
    generate(tmp_path / "export", patients=120, seed=3, defects=False, documents=0)
    source = Sensei(SenseiSettings(path=tmp_path / "export"))
    with Records.create(tmp_path / "records.db", b"k" * 32, "abcdef") as records:
        described = source.describe_source()
        with records.writer() as writer:
            writer.begin(described)
            for each in described.objects:
                if not each.absent:
                    writer.add(each.name, source.extract(each.name, None))
            writer.freeze()
        staging = records.staging()
        findings = [each.finding for each in run_audit(staging, Dental().audit(staging)).findings]
    # In every practice families share addresses, people have no e-mail, and values outlive their field's definition.
    assert {each.field for each in findings} <= {"email", "phones", "customFields.legacy_chart_color"}
    assert {each.check for each in findings} <= {"MIS-01", "DUP-05", "PRV-02", "FLD-01"}


def test_the_decided_file_lifts_every_block(found: AuditResult, staging: Staging, truth: Truth) -> None:
    def exists(name: str, key: str) -> bool:
        return staging.row(name, key) is not None

    stated = read_decisions(truth.decisions, found, exists)
    decided = decide(found, stated)
    assert decide(found, {}).undecided != ()
    assert decided.undecided == ()
    merged = [line for line in truth.lines("duplicate") if line["decision"].startswith("merge")]
    assert len(decided.merges) == len(merged)


def test_no_name_and_no_key_is_shared(found: AuditResult, staging: Staging) -> None:
    text = str(found.shareable(b"s" * 32))
    for row in staging.rows("patients"):
        assert row.key not in text
        assert not (row.get("email") and row.get("email") in text)
