"""mapping.yaml, decisions.csv, owners.csv and approvals as people get them wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..bench import APPROVER, Bench
from .refusals import content, intact, refused, rewritten, toml


@pytest.fixture(scope="module")
def planned(bench: Bench) -> Iterator[Bench]:
    """Audited and planned, nothing approved. Afterwards the plan still stands."""
    bench.audited()
    bench.call("plan")
    yield bench
    bench.call("plan")
    intact(bench)


@pytest.fixture(scope="module")
def owned(planned: Bench) -> Iterator[Bench]:
    """Up to the owners gate, which is still closed; afterwards a sample can be written."""
    planned.call("plan")
    planned.approve("mapping")
    planned.call("schema", code=(0, 1))
    planned.approve("schema")
    planned.call("schema", "--apply")
    planned.call("owners", code=(0, 1))
    yield planned
    planned.approve("owners")
    planned.call("sample", "--size", "2")
    intact(planned)


# ------------------------------------------------------------------------------------------ mapping.yaml


def _field(text: str) -> bytes:
    return f"rules:\n  patients:\n    fields:\n      name: {text}\n".encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_field('{txt: "{firstName}"}'), "4: rules.patients.fields.name.txt: unknown key, did you mean text"),
        (_field('{text: "{firstNam}"}'), "4: rules.patients.fields.name: patients has no field firstNam, did"),
        (_field("{from: lastName, use: nobody_knows_me}"), "there is no transform nobody_knows_me."),
        (
            b"rules:\n  treatment-plans:\n    fields:\n      status: {constant: opne, type: choice}\n",
            "mapping.yaml:4: rules.treatment-plans.fields.status: opne is no option, and the field takes no new one; "
            "it has open, won, lost, did you mean open.",
        ),
        (
            b"rules:\n  treatment-plans:\n    fields:\n      status: {from: name, type: choice}\n",
            "mapping.yaml:4: rules.treatment-plans.fields.status: the rows hold a value that is no option, and the "
            "field takes no new one; it has open, won, lost.",
        ),
        (b"rules:\n  patient:\n    drop: {title: unused}\n", "yaml:2: rules.patient.from: is missing: there is no"),
        (b"options: {guardian: persons}\n", "options.guardian: no rule asks for this option, did you mean guardians"),
        (b"rule:\n  patients: {}\n", "mapping.yaml:1: rule: unknown key, did you mean rules"),
        (b"rules: !!python/object/apply:os.system ['id']\n", "mapping.yaml:1: tags (!…) are not allowed"),
        (b"a: &a [x]\nrules: *a\n", "anchors and aliases are not allowed"),
        (b"rules:\n  patients: {}\n  patients: {}\n", "mapping.yaml:3: the key patients is written twice"),
        (b"rules: [\n", "mapping.yaml:2: not readable as YAML"),
        (b"rules:\n\tpatients: {}\n", "mapping.yaml:2: not readable as YAML"),
        (b"- rules\n", "mapping.yaml:1: a mapping is a table"),
        ("rules: {}\n".encode("utf-16"), "mapping.yaml:1: not UTF-8 text"),
        (b"\x00\x01", "mapping.yaml:1: holds characters that YAML does not allow"),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_hold_names_file_line_and_field(planned: Bench, text: bytes, said: str) -> None:
    with content(planned.folder / "mapping.yaml", text):
        answer = refused(planned.folder, "plan", cause="mapping", said=[said])
    assert any(said.rstrip(".") in problem for problem in answer["problems"])


def test_a_mapping_that_is_a_folder_is_refused(planned: Bench) -> None:
    path = planned.folder / "mapping.yaml"
    path.mkdir()
    try:
        refused(planned.folder, "plan", cause="mapping", said=["mapping.yaml:1: cannot be read"], then="UTF-8")
    finally:
        path.rmdir()


@pytest.mark.parametrize("text", [b"", b"# nothing yet\n", b"rules:\n", b"rules: {}\n"])
def test_a_mapping_that_says_nothing_changes_nothing(planned: Bench, text: bytes) -> None:
    before = planned.call("plan")["mapping"]
    with content(planned.folder / "mapping.yaml", text):
        assert planned.call("plan")["mapping"] == before


def test_every_source_field_nobody_accounts_for_stops_at_the_gate(planned: Bench) -> None:
    with content(planned.folder / "mapping.yaml", b"rules:\n  treatment-plans:\n  treatment-plans-closed:\n"):
        answer = planned.call("plan", code=1)
        assert any("treatmentPlans" in each for each in answer["blocked"]), answer["blocked"]
        assert "mapping.yaml" in answer["next"]
        refused(planned.folder, "approve", "mapping", "--by", APPROVER, cause="approval_missing", then="mapping.yaml")


# ------------------------------------------------------------------------------------------ decisions.csv


def _decisions(bench: Bench) -> bytes:
    return (bench.folder / "private" / "decisions.csv").read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: b"", "answers.csv, line 1: the column finding is missing"),
        (lambda text: text.replace(b"decision", b"Entscheidung", 1), "line 1: the column decision is missing"),
        (lambda text: text.replace(b",accept,,", b",accept,explode,", 1), "line 2, column decision"),
        (lambda text: text.replace(b"PRV-02-", b"PRV-99-", 1).replace(b",accept,,", b",accept,accept,", 1), "line 2"),
        (lambda text: text + b'"never closed\n', "the quotes do not match"),
        (lambda text: text + b"a" + b"," * 20 + b"\n", "more cells than columns"),
        (lambda text: text + b"\xe9\n", "line 3: not UTF-8"),
        (lambda text: text.decode("utf-8-sig").encode("utf-16"), "the file is saved as UTF-16"),
    ],
)  # fmt: skip
def test_a_file_of_decisions_that_cannot_be_taken_names_file_line_and_column(
    planned: Bench, tmp_path: Path, change: object, said: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(change(_decisions(planned)))
    refused(planned.folder, "audit", "--decide", str(path), cause="bad_input", said=["answers.csv", said])


def test_decisions_saved_in_windows_1252_with_semicolons_are_taken(planned: Bench, tmp_path: Path) -> None:
    text = _decisions(planned).decode("utf-8-sig").replace(",", ";").replace("accept;;", "accept;accept;geprüft", 1)
    (tmp_path / "answers.csv").write_bytes(text.encode("cp1252"))
    assert planned.call("audit", "--decide", str(tmp_path / "answers.csv"), code=(0, 1))["decided"] == 1


def test_the_suggested_path_of_the_decisions_holds_wherever_the_command_is_typed(
    planned: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planned.call("audit", "--decide", "private/decisions.csv", code=(0, 1))


def test_decisions_that_are_not_there_are_refused(planned: Bench, tmp_path: Path) -> None:
    refused(planned.folder, "audit", "--decide", str(tmp_path / "none.csv"), said=["does not exist"])


# ------------------------------------------------------------------------------------------ owners.csv


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: b"", "owners.csv, line 1: the column value is missing"),
        (lambda text: text.replace(b",user,", b",who,", 1), "owners.csv, line 1: the column user is missing"),
        (lambda text: text.replace(b",no,", b",maybe,", 1), "owners.csv, line 2: column records must be a number"),
        (lambda text: text + b'"never closed\n', "the quotes do not match"),
        (lambda text: text.decode("utf-8-sig").encode("utf-16"), "the file is saved as UTF-16"),
    ],
)
def test_a_broken_file_of_owners_names_file_and_line(owned: Bench, change: object, said: str) -> None:
    path = owned.folder / "private" / "owners.csv"
    with content(path, change(path.read_bytes())):
        refused(owned.folder, "owners", cause="bad_input", said=[said])
        refused(owned.folder, "approve", "owners", "--by", APPROVER, cause="bad_input", said=[said])


def test_an_owner_who_is_no_user_is_named_by_line_and_can_be_approved_by_nobody(owned: Bench) -> None:
    path = owned.folder / "private" / "owners.csv"
    wrong = path.read_bytes().replace(b"ruby.lester@practice.example,no", b"nobody@practice.example,no")
    said = "owners.csv, line 2, column user: no active user of the destination has that e-mail"
    with content(path, wrong):
        answer = refused(owned.folder, "owners", cause="bad_input", said=[said], then="active user")
        assert "nobody@practice.example" not in str(answer)
        refused(owned.folder, "approve", "owners", "--by", APPROVER, cause="approval_missing", said=[said])
        refused(owned.folder, "sample", cause="approval_missing", said=[said])


def test_without_a_fallback_records_of_nobody_close_the_gate(owned: Bench) -> None:
    path = owned.folder / "private" / "owners.csv"
    with rewritten(toml(owned), ('fallback = "owner@practice.example"', 'fallback = ""')), content(path, None):
        assert owned.call("owners", code=1)["blocked"]
        refused(
            owned.folder, "approve", "owners", "--by", APPROVER,
            cause="approval_missing", said=["have no user"], then="set owners.fallback",
        )  # fmt: skip


def test_a_fallback_that_is_no_user_is_refused(owned: Bench) -> None:
    with rewritten(toml(owned), ("owner@practice.example", "nobody@practice.example")):
        refused(owned.folder, "owners", said=["owners.fallback names no active user"], then="correct owners.fallback")


# ------------------------------------------------------------------------------------------ approvals


@pytest.mark.parametrize("by", ["", "Dana", "dana@practice.example", "<dana@practice.example>", "Dana <>"])
def test_an_approval_without_a_person_is_none(planned: Bench, by: str) -> None:
    refused(planned.folder, "approve", "mapping", "--by", by, said=["needs a person"], then="approve mapping --by")


def test_a_gate_before_its_stage_names_the_stage(planned: Bench) -> None:
    said = ["The sample gate cannot be approved"]
    refused(planned.folder, "approve", "sample", "--by", APPROVER, said=said, then="bridgework sample")


def test_what_changed_after_its_approval_is_not_approved(owned: Bench) -> None:
    owned.approve("owners")
    path = owned.folder / "private" / "owners.csv"
    swapped = path.read_bytes().replace(b"ruby.lester@practice.example,no", b"front.desk@practice.example,no")
    with content(path, swapped):
        said = ["The owners gate is closed: its content has changed since it was approved"]
        refused(owned.folder, "sample", cause="approval_missing", said=said, then="bridgework approve owners --by")
    mapping = owned.folder / "mapping.yaml"
    with content(mapping, b"rules:\n  patients:\n    drop: {title: nobody wants it}\n    fields: {title: null}\n"):
        owned.call("plan", code=(0, 1))
        refused(owned.folder, "sample", cause="approval_missing", said=["The mapping gate is"])


def test_only_a_sandbox_is_approved_automatically(owned: Bench) -> None:
    lines = toml(owned).read_text().splitlines()
    only_of_a_sandbox = [(line, "") for line in lines if line.startswith(("sandbox_token", "horizon", "speed"))]
    with rewritten(toml(owned), *only_of_a_sandbox):
        refused(
            owned.folder, "migrate", "--approve-as", APPROVER, said=["Only a sandbox may be approved automatically"]
        )
