"""delta: what changed in the source since is brought over; what people changed in the destination stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .account import Record
from .bench import Answer, Bench
from .conftest import MakeBench
from .exports import LATER, Export, entry, little_practice, patient, visit


class Loaded:
    """A loaded practice whose export can be changed and delivered again."""

    def __init__(self, bench: Bench, export: Export, folder: Path) -> None:
        self.bench = bench
        self.export = export
        self._folder = folder

    def delta(self, *, code: int | tuple[int, ...] = 0) -> Answer:
        """Write the export anew and bring it over."""
        self.export.generated_at = LATER
        self.export.write(self._folder)
        return self.bench.call("delta", code=code)

    def person(self, number: str) -> tuple[Record, Record]:
        account = self.bench.account
        for row in account.rows("persons"):
            if (fields := account.custom("person", row))["Patient number"] == number:
                return row, fields
        raise AssertionError(f"nobody has number {number}")


@pytest.fixture
def loaded(make_bench: MakeBench, tmp_path: Path) -> Loaded:
    export = little_practice(4)
    bench = make_bench(export)
    bench.loaded()
    return Loaded(bench, export, tmp_path / "migration-export")


def test_an_export_without_news_writes_nothing(loaded: Loaded) -> None:
    before = loaded.bench.account.content()
    answer = loaded.delta()
    assert loaded.bench.account.content() == before
    assert answer["source"]["patients"] == {"new": 0, "changed": 0, "unchanged": 4, "gone": 0}
    assert answer["usage"]["verdicts"] == {}


def test_definitions_that_did_not_change_are_in_no_delta_export_and_hold_all_the_same(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    export = little_practice(2).add(
        "fieldDefinitions",
        {"object": "patients", "name": "since", "label": "Member since", "type": "date", "options": []},
        {"object": "patients", "name": "tier", "label": "Tier", "type": "picklist", "options": ["Gold", "Silver"]},
    )
    for row in export.rows["patients"]:
        row["customFields"] = {"since": "2020-01-31", "tier": "Gold"}
    bench = make_bench(export)
    bench.loaded(size=1)
    changes = Export().add("fieldDefinitions").add("transactions")
    changes.mode, changes.since, changes.generated_at = "delta", export.generated_at, LATER
    changes.add(
        "patients", {**export.row("patients", "pat-1"), "customFields": {"since": "2021-02-28", "tier": "Silver"}}
    )
    changes.write(tmp_path / "migration-export")
    assert bench.call("delta")["source"]["patients"] == {"new": 0, "changed": 1, "unchanged": 0, "gone": 0}
    one, two = (bench.account.custom("person", row) for row in bench.account.rows("persons"))
    assert [(each["Member since"], each["Tier"]) for each in (one, two)] == [
        ("2021-02-28", "Silver"),
        ("2020-01-31", "Gold"),
    ]


def test_a_new_patient_comes_with_everything_that_belongs_to_her(loaded: Loaded) -> None:
    loaded.export.add("patients", patient("pat-new", "1900", "Noa", "Novak"))
    loaded.export.add("appointments", visit("vis-new", "pat-new", "2026-10-30T09:00:00"))
    answer = loaded.delta()
    row, fields = loaded.person("1900")
    assert fields["Last appointment"] == "2026-10-30"
    [activity] = [each for each in loaded.bench.account.rows("activities") if each["person_id"] == row["id"]]
    assert activity["due_date"] == "2026-10-30"
    assert answer["outcomes"]["patients"] == {"unchanged": 4, "created": 1}


def test_a_payment_changes_the_balance_though_the_patient_did_not_change(loaded: Loaded) -> None:
    loaded.export.add("transactions", entry(90, "1001", "Ruiza, Ana", "Payment", "(12.00)"))
    answer = loaded.delta()
    _, fields = loaded.person("1001")
    assert (fields["Outstanding balance"], fields["Total payments"]) == ((100, "USD"), (12, "USD"))
    assert answer["source"]["patients"]["changed"] == 0
    assert answer["outcomes"]["patients"] == {"unchanged": 3, "updated": 1}


def test_what_a_person_edited_stays_and_is_reported_while_other_fields_follow_the_source(loaded: Loaded) -> None:
    row, _ = loaded.person("1001")
    loaded.bench.running.edit("person", row["id"], name="Ana Ruiza (prefers Annie)")
    changed = loaded.export.row("patients", "pat-1")
    changed["lastName"], changed["dateOfBirth"] = "Novak", "1999-09-09"
    loaded.export.rows["transactions"][0]["Patient"] = "Novak, Ana"
    answer = loaded.delta(code=1)
    row, fields = loaded.person("1001")
    assert (row["name"], fields["Date of birth"]) == ("Ana Ruiza (prefers Annie)", "1999-09-09")
    assert answer["rules"]["patients"]["conflict"] == 1
    [group] = loaded.bench.call("failures", code=1)["groups"]
    assert (group["rule"], group["state"], group["field"], group["records"]) == ("patients", "conflict", "name", 1)
    again = loaded.delta(code=1)
    assert again["usage"]["verdicts"] == {}
    [line] = loaded.bench.call("reconcile", code=1)["differences"]
    assert (line["rule"], line["field"].casefold(), line["what"]) == ("patients", "name", "kept edit")


def test_an_edit_nobody_wants_to_change_is_left_alone(loaded: Loaded) -> None:
    row, _ = loaded.person("1001")
    loaded.bench.running.edit("person", row["id"], name="Annie")
    loaded.export.row("patients", "pat-1")["dateOfBirth"] = "1999-09-09"
    loaded.delta()
    row, fields = loaded.person("1001")
    assert (row["name"], fields["Date of birth"]) == ("Annie", "1999-09-09")


def test_a_record_deleted_in_the_destination_is_reported_and_not_made_again(loaded: Loaded) -> None:
    row, _ = loaded.person("1001")
    loaded.bench.running.delete("person", row["id"])
    loaded.export.row("patients", "pat-1")["dateOfBirth"] = "1999-09-09"
    answer = loaded.delta(code=1)
    assert answer["rules"]["patients"]["conflict"] == 1
    assert len(loaded.bench.account.rows("persons")) == 3


@pytest.mark.parametrize("change", [{"deletedAt": "2026-11-02T10:00:00Z"}, {"mergedIntoId": "pat-1"}])
def test_a_record_that_the_source_wants_no_more_stays_and_is_listed(loaded: Loaded, change: Record) -> None:
    loaded.export.row("patients", "pat-4").update(change)
    answer = loaded.delta()
    [warning] = answer["warnings"]
    assert "stay in the destination" in warning
    assert len(loaded.bench.account.rows("persons")) == 4
    proof = loaded.bench.call("reconcile", code=1)
    person, _ = loaded.person("1004")
    assert str(person["id"]) in {each["id"] for each in proof["surplus"] if each["object"] == "person"}
    assert {each["what"] for each in proof["surplus"]} == {"stays there: the newest plan does not want it any more"}
    for each in proof["surplus"]:
        loaded.bench.running.delete(each["object"], int(each["id"]))
    assert loaded.bench.call("reconcile")["surplus"] == []


def test_a_row_that_is_gone_from_the_source_is_reported_and_nothing_is_deleted(loaded: Loaded) -> None:
    loaded.export.rows["appointments"].pop()
    answer = loaded.delta(code=1)
    assert answer["source"]["appointments"]["gone"] == 1
    assert loaded.bench.account.migrated()["activities"] == 8


def test_a_field_that_lost_its_value_is_cleared(loaded: Loaded) -> None:
    loaded.export.row("patients", "pat-1")["dateOfBirth"] = None
    loaded.delta()
    _, fields = loaded.person("1001")
    assert "Date of birth" not in fields


def test_a_text_of_the_practices_own_that_outgrew_its_field_costs_no_record(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    export = little_practice(2)
    export.add("fieldDefinitions", {"object": "patients", "name": "remark", "label": "Remark", "type": "text"})
    bench = make_bench(export)
    for row in export.rows["patients"]:
        row["customFields"] = {"remark": "short"}
    export.write(tmp_path / "migration-export")
    bench.loaded(size=1)
    loaded = Loaded(bench, export, tmp_path / "migration-export")
    export.row("patients", "pat-2")["customFields"] = {"remark": "long" * 100}
    assert loaded.delta()["next"] == "bridgework reconcile"
    _, fields = loaded.person("1002")
    assert fields["Remark"] == "long" * 63 + "lo…"
    bench.call("reconcile")
    bench.call("deliver")
    bench.call("deliver", "--open-archive", "patients", "--to", str(tmp_path / "patients.ndjson"))
    lines = (tmp_path / "patients.ndjson").read_text("utf-8").splitlines()
    [kept] = [each for each in map(json.loads, lines) if each["kind"] == "texts"]
    assert (kept["key"], kept["values"]) == ("pat-2", {"Remark": "long" * 100})


def test_a_visit_that_was_in_the_future_at_the_cutover_stays_there(loaded: Loaded) -> None:
    loaded.export.add("appointments", visit("vis-late", "pat-1", "2026-11-02T09:00:00"))
    loaded.delta()
    assert "vis-late" not in str(loaded.bench.account.state)


def test_the_delta_window_is_shown_until_a_delta_ran_after_the_last_load(loaded: Loaded) -> None:
    assert loaded.bench.call("status")["delta_window_open_since"] is not None
    assert loaded.bench.call("reconcile")["warnings"]
    loaded.delta()
    assert loaded.bench.call("status")["delta_window_open_since"] is None
    assert loaded.bench.call("reconcile")["warnings"] == []


def test_there_is_no_delta_before_the_first_load_nor_after_a_rollback(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(2))
    bench.ready_to_load(size=1)
    assert bench.call("delta", code=2)["next"] == "bridgework load"
    bench.call("load")
    assert bench.call("extract", code=2)["next"] == "bridgework delta"
    bench.call("rollback")
    assert bench.call("delta", code=2)["next"] == "bridgework load"


def test_a_delta_with_a_new_option_loads_the_rest_and_names_the_schema_gate(loaded: Loaded) -> None:
    loaded.export.row("patients", "pat-1")["status"] = "Archived"
    loaded.export.add("appointments", visit("vis-new", "pat-2", "2026-10-30T09:00:00"))
    answer = loaded.delta(code=1)
    assert answer["next"] == "bridgework schema"
    assert answer["outcomes"]["patients"] == {"unchanged": 2, "updated": 1, "waiting": 1}
    assert "vis-new" in str(loaded.bench.account.state)
    loaded.bench.call("schema", code=(0, 1))
    loaded.bench.approve("schema")
    loaded.bench.call("schema", "--apply")
    loaded.bench.until_done("load")
    _, fields = loaded.person("1001")
    assert fields["Patient status"] == "Archived"


def test_the_audit_log_names_the_fields_of_every_update_by_itself(loaded: Loaded) -> None:
    changed = loaded.export.row("patients", "pat-1")
    changed["dateOfBirth"] = "1999-09-09"
    loaded.delta()
    changed["email"], changed["address"] = "ana@new.example.org", {"line1": "8 Elm St", "city": "Denver"}
    loaded.delta()
    loaded.bench.call("deliver", code=(0, 1))
    path = loaded.bench.folder / "package" / "audit-log.ndjson"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    updates = [each["fields"] for each in lines if each.get("verb") == "update" and each["rule"] == "patients"]
    assert updates == [["Date of birth"], ["Address", "emails"]]


def test_a_delta_that_wrote_nothing_leaves_the_reconciliation_valid(loaded: Loaded) -> None:
    loaded.bench.call("reconcile")
    loaded.delta()
    assert loaded.bench.call("deliver")["next"] == "bridgework purge"
    loaded.export.row("patients", "pat-1")["dateOfBirth"] = "1999-09-09"
    loaded.delta()
    answer = loaded.bench.call("deliver", code=1)
    assert (answer["next"], len(answer["warnings"])) == ("bridgework reconcile", 1)


def test_an_export_with_fewer_rows_is_read_in_place_of_the_first(make_bench: MakeBench, tmp_path: Path) -> None:
    export = little_practice(4)
    bench = make_bench(export)
    bench.audited()
    bench.call("plan", code=(0, 1))
    export.rows["patients"].pop()
    export.write(tmp_path / "migration-export")
    answer = bench.call("extract")
    assert answer["objects"]["patients"] == {"extracted": 3, "pending": 3}


def test_after_a_rollback_an_export_with_fewer_rows_is_loaded(loaded: Loaded, tmp_path: Path) -> None:
    loaded.bench.call("rollback")
    loaded.export.rows["patients"].pop()
    loaded.export.write(tmp_path / "migration-export")
    loaded.bench.call("extract")
    answer = loaded.bench.loaded()
    assert answer["objects"]["patients"] == {"extracted": 3, "loaded": 3}
    assert answer["rules"]["patients"] == {"planned": 3, "created": 3}
    assert loaded.delta()["outcomes"]["patients"] == {"unchanged": 3}
