"""deliver and purge of a whole migration: what the package says is what the account holds, and what stays after."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from .account import Account
from .bench import APPROVER, Answer, Bench
from .conftest import init, served_at
from .practice import LETTER, practice

# Words that only patients' records hold: none of them may stand in a shareable file.
SECRETS = ("Ruiz", "Stone", "Ana.Ruiz", "303-555-0101", "SECRET-1", "7 Elm St", "Lucinda")


pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, shared_config: Path) -> Iterator[Bench]:
    """The practice, loaded, reconciled and delivered."""
    folder = tmp_path_factory.mktemp("delivery")
    with served_at(shared_config, speed=600.0) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIDGEWORK_OPERATOR", "Olga the operator")
        export = practice()
        export.row("patients", "pat-ana")["middleName"] = "Lucinda"
        export.add("labs", dict(export.row("labs", "lab-1")))  # the same row twice, as some exports have it
        bench = init(folder / "migration", export.write(folder / "export"), sandbox, {})
        bench.loaded(size=3)
        bench.call("reconcile", code=(0, 1))
        bench.call("deliver", "--accept-open-window", code=1)
        yield bench


@pytest.fixture(scope="module")
def package(bench: Bench) -> Path:
    return bench.folder / "package"


@pytest.fixture
def manifest(package: Path) -> Answer:
    answer: Answer = json.loads((package / "manifest.json").read_bytes())
    return answer


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def opened(bench: Bench, name: str, to: Path) -> list[dict[str, Any]]:
    bench.call("deliver", "--open-archive", name, "--to", str(to))
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    return [json.loads(line) for line in to.read_text("utf-8").splitlines()]


# ---------------------------------------------------------------------------------------------- refusals


def test_an_open_delta_window_is_refused_and_says_what_to_type(bench: Bench) -> None:
    answer = bench.call("deliver", code=2)
    assert (answer["cause"], "--accept-open-window" in answer["next"]) == ("window_open", True)


def test_nothing_is_delivered_before_everything_is_loaded(make_bench: Any) -> None:
    from .exports import little_practice

    bench = make_bench(little_practice())
    bench.ready_to_load(size=2)
    assert bench.call("deliver", "--accept-open-window", code=2)["message"] == "Nothing was loaded yet."
    assert not (bench.folder / "package").exists()


# ---------------------------------------------------------------------------------------------- the package as a whole


def test_every_row_has_a_fate_one_that_came_twice_among_them(bench: Bench) -> None:
    objects = bench.call("status", code=(0, 1))["objects"]
    assert objects["labs"] == {"extracted": 2, "loaded": 1, "merged": 1}
    for name, states in objects.items():
        assert states["extracted"] == sum(states.values()) - states["extracted"], name
        assert not states.get("pending"), name


def test_the_manifest_lists_every_file_with_its_true_size_and_hash(package: Path, manifest: Answer) -> None:
    files = {each["file"]: each for each in manifest["files"]}
    there = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert there == {*files, "manifest.json"}
    for name, each in files.items():
        content = (package / name).read_bytes()
        assert (each["size"], each["sha256"]) == (len(content), sha256(content).hexdigest()), name


def test_the_package_is_for_its_owner_alone(package: Path) -> None:
    for path in (package, *package.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_no_shareable_file_holds_a_value_of_a_patient(package: Path, manifest: Answer) -> None:
    for each in manifest["files"]:
        if each["class"] == "shareable" and each["file"] != "summary.pdf":
            text = (package / each["file"]).read_text("utf-8")
            assert not [word for word in SECRETS if word in text], each["file"]


def test_counted_rows_are_the_rows_of_the_files(package: Path, manifest: Answer) -> None:
    for each in manifest["files"]:
        if each["file"].endswith(".csv") and each["file"] != "audit-log.csv":
            assert each["rows"] == len(table(package / each["file"])), each["file"]


def test_a_second_delivery_makes_the_same_files(bench: Bench, package: Path, manifest: Answer) -> None:
    before = {each["file"]: each["rows"] for each in manifest["files"] if not each["file"].startswith("audit-log.")}
    bench.call("deliver", "--accept-open-window", code=1)
    again = json.loads((package / "manifest.json").read_bytes())
    assert before == {each["file"]: each["rows"] for each in again["files"] if each["file"] in before}
    assert not list(bench.folder.glob("package.*"))


# ---------------------------------------------------------------------------------------------- audit log


def test_the_audit_log_names_every_record_of_the_account_with_its_id(bench: Bench, package: Path) -> None:
    account: Account = bench.account
    made = Counter((each["object"], each["id"]) for each in log(package) if each["verb"] in ("create", "upload"))
    tables = {"person": "persons", "organization": "organizations", "deal": "deals", "activity": "activities"}
    for name, rows in tables.items():
        there = Counter((name, str(row["id"])) for row in account.rows(rows))
        assert there == Counter({key: number for key, number in made.items() if key[0] == name})


def log(package: Path) -> list[dict[str, str]]:
    return table(package / "audit-log.csv")


def test_every_operation_says_who_ran_and_who_approved_it_and_under_which_mapping(package: Path) -> None:
    written = [each for each in log(package) if each["verb"] in ("create", "update", "upload", "schema")]
    assert {each["operator"] for each in written} == {"Olga the operator"}
    assert {each["approved_by"] for each in written} == {APPROVER}
    assert all(len(each["mapping"]) == 64 for each in written)


def test_a_created_person_lists_its_fields_by_label(package: Path) -> None:
    person = next(each for each in log(package) if each["rule"] == "patients" and each["verb"] == "create")
    fields = person["fields"].split("; ")
    assert {"name", "Patient number", "Date of birth"} <= set(fields)
    assert not [name for name in fields if len(name) == 40]


def test_both_logs_tell_the_same_and_end_with_a_head_the_journal_has_passed_through(
    bench: Bench, package: Path
) -> None:
    lines = [json.loads(line) for line in (package / "audit-log.ndjson").read_text("utf-8").splitlines()]
    rows = log(package)
    assert [str(each["row"]) for each in lines] == [each["row"] for each in rows]
    end = lines[-1]
    assert (end["head"], str(end["row"])) == (rows[-1]["reason"], rows[-1]["row"])
    verified = bench.call("log", "--head", f"{end['row']}:{end['head']}")["verified"]
    assert verified["ok"]


def test_a_head_the_journal_never_had_is_found(bench: Bench) -> None:
    verified = bench.call("log", "--head", f"20:{'0' * 64}", code=1)["verified"]
    assert (verified["ok"], verified["row"]) == (False, 20)


def test_every_source_field_is_in_the_field_log_with_where_it_went_or_why_not(bench: Bench, package: Path) -> None:
    told = {(each["source_object"], each["source_field"]): each for each in table(package / "audit-log-fields.csv")}
    accounts = bench.report("plan")["accounting"]
    assert {(each["object"], each["field"]) for each in accounts} <= set(told)
    assert told["patients", "dateOfBirth"]["field"] == "Date of birth"
    assert told["patients", "middleName"]["state"] == "archived"
    assert told["patients", "middleName"]["reason"]


# ---------------------------------------------------------------------------------------------- what stayed behind


def test_the_archive_opens_to_the_rows_as_they_were_exported(bench: Bench, package: Path, tmp_path: Path) -> None:
    lines = opened(bench, "transactions", tmp_path / "t.ndjson")
    listed = json.loads((package / "archive" / "manifest.json").read_bytes())
    [entry] = [each for each in listed["objects"] if each["object"] == "transactions"]
    assert len(lines) == entry["rows"] > 0
    assert entry["content"]["sha256"] == sha256((tmp_path / "t.ndjson").read_bytes()).hexdigest()
    assert all(each["reason"] and each["source"] and each["values"] for each in lines)


def test_an_existing_file_is_not_overwritten_with_opened_records(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "t.ndjson").write_text("mine")
    bench.call("deliver", "--open-archive", "transactions", "--to", str(tmp_path / "t.ndjson"), code=2)
    assert (tmp_path / "t.ndjson").read_text() == "mine"


def test_an_object_that_is_not_in_the_archive_is_refused_with_the_names_that_are(bench: Bench, tmp_path: Path) -> None:
    answer = bench.call("deliver", "--open-archive", "../journal", "--to", str(tmp_path / "x"), code=2)
    assert "transactions" in answer["next"]


def test_every_archived_row_is_in_the_archive_an_export_or_the_guide(bench: Bench, package: Path) -> None:
    """Per object, distinct rows of archive files and exports add up to what conservation calls archived."""
    archived = {
        name: states.get("archived", 0) for name, states in bench.call("status", code=(0, 1))["objects"].items()
    }
    sealed = {
        each["object"]: each for each in json.loads((package / "archive" / "manifest.json").read_bytes())["objects"]
    }
    assert archived["transactions"] == sealed["transactions"]["rows"]
    assert archived["treatmentPlans"] == sealed["treatmentPlans"]["rows"]
    assert archived["appointments"] == len(table(package / "future-appointments.csv"))


def test_fields_of_loaded_rows_without_a_target_are_in_the_archive(bench: Bench, tmp_path: Path) -> None:
    lines = opened(bench, "patients", tmp_path / "p.ndjson")
    assert [(each["kind"], each["key"], each["values"]) for each in lines] == [
        ("fields", "pat-ana", {"middleName": "Lucinda"})
    ]


def test_every_document_is_in_the_manifest_with_the_file_it_became_or_why_not(bench: Bench, package: Path) -> None:
    rows = table(package / "attachments-manifest.csv")
    uploaded = [each for each in rows if each["Status"] == "uploaded"]
    files = bench.account.rows("files")
    assert sorted(each["File id"] for each in uploaded) == sorted(str(file["id"]) for file in files)
    assert sha256(LETTER).hexdigest() in {each["SHA-256"] for each in uploaded}
    assert all(each["Reason"] for each in rows if each["Status"] != "uploaded")


# ---------------------------------------------------------------------------------------------- guide and way back


def test_the_guide_shows_fields_with_the_keys_of_this_account(bench: Bench, package: Path) -> None:
    guide = (package / "admin-guide.html").read_text("utf-8")
    assert all(each in guide for each in ("Columbine Dental", "Fields made", "To set up by hand"))
    receipts = json.loads((package / "rollback" / "schema-receipts.json").read_bytes())
    assert receipts
    for each in receipts:
        assert each["key"] in guide, each["name"]
    assert "Patient number" in guide and "Computed fields" in guide


def test_the_way_back_lists_exactly_what_a_rollback_would_remove(bench: Bench, package: Path) -> None:
    rows = Counter(each["object"] for each in table(package / "rollback" / "records.csv"))
    preview = bench.call("rollback", "--preview")["removed"]
    assert rows == Counter({name: counts["to remove"] for name, counts in preview.items()})


def test_the_summary_carries_counts_dates_approvals_and_the_head(bench: Bench, package: Path, manifest: Answer) -> None:
    report = bench.report("deliver")
    assert {each["gate"] for each in report["approvals"]} == {"mapping", "schema", "owners", "sample"}
    assert {"extracted", "cutover", "loaded", "reconciled", "delivered"} <= set(report["dates"])
    assert sum(each["count"] for each in report["migrated"]) == sum(
        each["planned"] for each in report["rules"].values()
    )
    html = (package / "summary.html").read_text("utf-8")
    assert manifest["head"].partition(":")[2] in html or report["head"].partition(":")[2] in html
    assert (package / "summary.pdf").read_bytes().startswith(b"%PDF")


# ---------------------------------------------------------------------------------------------- purge


@dataclass
class Copy:
    """A copy of the delivered migration and of its keys: what becomes of it concerns nobody else."""

    bench: Bench
    config: Path

    @classmethod
    def of(cls, bench: Bench, config: Path, to: Path) -> Copy:
        """A copy below the folder `to`."""
        return cls(replace(bench, folder=copytree(bench.folder, to / "migration")), copytree(config, to / "config"))


@pytest.fixture(scope="module")
def purged_copy(bench: Bench, shared_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy.of(bench, shared_config, tmp_path_factory.mktemp("purged"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(copy.config))
        waiting = copy.bench.call("purge", code=3)
        assert (waiting["state"], (copy.bench.folder / "records.db").exists()) == ("waiting", True)
        copy.bench.call("purge", "--yes")
    return copy


@pytest.fixture
def purged(purged_copy: Copy, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The migration, purged."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(purged_copy.config))
    return purged_copy.bench


def test_purge_destroys_what_holds_values_and_keeps_what_does_not(purged: Bench) -> None:
    there = {path.relative_to(purged.folder).as_posix() for path in purged.folder.rglob("*") if path.is_file()}
    assert not [name for name in there if name.startswith(("records.db", "private/"))]
    assert not [name for name in there if name.endswith("claims.csv") or name == "package/admin-guide.html"]
    assert {"journal.db", "package/audit-log.csv", "package/archive/transactions.ndjson"} <= there
    for name in there:
        if not name.startswith("package/archive/") and not name.endswith((".pdf", ".db", "-wal", "-shm")):
            text = (purged.folder / name).read_text("utf-8")
            assert not [word for word in SECRETS if word in text], name


def test_the_certificate_names_files_hashes_keys_what_stays_and_what_follows(purged: Bench) -> None:
    certificate = purged.report("purge-certificate")
    files = {each["file"]: each for each in certificate["destroyed"]["files"]}
    assert {"records.db", "private/decisions.csv", "package/admin-guide.html"} <= set(files)
    assert all(len(each["sha256"]) == 64 for each in files.values())
    assert [each["key"] for each in certificate["destroyed"]["keys"]] == ["records"]
    assert any("cannot be put back" in line for line in certificate["consequences"])
    assert (purged.folder / "reports" / "purge-certificate.html").exists()


@pytest.mark.parametrize(
    "command",
    [["load"], ["delta"], ["plan"], ["audit"], ["forecast"], ["reconcile"], ["sample"], ["owners"], ["deliver"],
     ["migrate"], ["plan", "--workbook", "x.xlsx"]],
    ids=" ".join,
)  # fmt: skip
def test_stages_that_need_staged_data_say_that_it_was_purged(purged: Bench, command: list[str]) -> None:
    answer = purged.call(*command, code=2)
    assert (answer["cause"], answer["message"]) == ("purged", "The staged data of this migration was purged.")


def test_status_and_the_proof_of_the_journal_work_after_a_purge(purged: Bench) -> None:
    assert purged.call("status", code=(0, 1))["purged"] is True
    assert purged.call("log", "--verify")["verified"]["ok"]


def test_the_archive_still_opens_after_a_purge(purged: Bench, tmp_path: Path) -> None:
    assert opened(purged, "transactions", tmp_path / "t.ndjson")


def test_a_second_purge_is_refused(purged: Bench) -> None:
    assert purged.call("purge", "--yes", code=2)["cause"] == "purged"


def test_the_archive_and_its_key_can_go_later(
    purged_copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copy.of(purged_copy.bench, purged_copy.config, tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(copy.config))
    copy.bench.call("purge", "--yes", "--archive-too")
    assert not list((copy.bench.folder / "package" / "archive").glob("*.ndjson"))
    certificate = copy.bench.report("purge-certificate")
    assert {each["key"] for each in certificate["destroyed"]["keys"]} == {"records", "archive"}
    assert copy.bench.call("deliver", "--export-archive-key", str(tmp_path / "k"), code=2)["cause"] == "no_archive_key"
