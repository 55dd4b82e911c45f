"""What a hand-written practice becomes: every record, value, link, date, owner and amount, read from the account."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .account import Account, Record
from .bench import Answer, Bench
from .conftest import init, served
from .practice import LETTER, practice

RUBY, OWNER = 1002, 1001


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The practice, loaded completely."""
    folder = tmp_path_factory.mktemp("content")
    with pytest.MonkeyPatch.context() as patch, served(speed=600.0) as sandbox:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        for name, value in sandbox.env.items():
            patch.setenv(name, value)
        bench = init(folder / "migration", practice().write(folder / "export"), sandbox, {})
        bench.loaded(size=3)
        bench.call("reconcile", code=(0, 1))
        yield bench


@pytest.fixture(scope="module")
def account(bench: Bench) -> Account:
    return bench.account


@pytest.fixture(scope="module")
def load(bench: Bench) -> Answer:
    return bench.report("load")


def person(account: Account, name: str) -> tuple[Record, Record]:
    row = account.named("persons", name)
    return row, account.custom("person", row)


def company(account: Account, name: str) -> tuple[Record, Record]:
    row = account.named("organizations", name)
    return row, account.custom("organization", row)


def made_from(account: Account, table: str, marker: str) -> Record:
    """The live row that carries the marker of a source row."""
    found = [row for row in account.rows(table) if f"sensei.{marker}/" in str(row)]
    assert len(found) == 1, f"{len(found)} rows of {table} carry {marker}"
    return found[0]


# ---------------------------------------------------------------------------------------------- persons


def test_every_patient_who_takes_part_is_a_person_and_nobody_else_is(account: Account) -> None:
    assert sorted(row["name"] for row in account.rows("persons")) == [
        "Ana Ruiz", "Eva Ruiz", "Ida Idle", "Kim Ruiz", "Max Stone", "Patient 1008", "Sam Lee Jr.",
    ]  # fmt: skip


def test_a_person_has_the_contacts_of_the_patient_the_preferred_telephone_first(account: Account) -> None:
    ana, _ = person(account, "Ana Ruiz")
    assert [(each["value"], each["primary"]) for each in ana["emails"]] == [("Ana.Ruiz@Example.org", True)]
    assert [(each["value"], each["label"], each["primary"]) for each in ana["phones"]] == [
        ("303-555-0101", "mobile", True),
        ("303-555-0100", "home", False),
    ]
    assert ana["add_time"] == "2024-02-08T15:34:49Z"


def test_a_person_has_the_custom_fields_of_the_patient(account: Account) -> None:
    _, ana = person(account, "Ana Ruiz")
    assert {label: value for label, value in ana.items() if isinstance(value, str)} | {"Source id": ""} == {
        "Source id": "",
        "Patient number": "1001",
        "Date of birth": "1980-02-29",
        "Gender": "Female",
        "Patient status": "Active",
        "Preferred contact": "Email",
        "SMS opt-out": "Yes",
        "Provider (source)": "Ruby Lester",
        "Original modified": "2026-06-12",
        "Last appointment": "2026-07-01",
        "Last procedure codes": "D1110",
        "Last provider": "Ruby Lester",
        "Last payment date": "2026-03-10",
        "Group number": "G-77",
        "Plan name": "PPO Gold",
        "Subscriber relationship": "Self",
        "Recall type": "Prophy",
        "Last recall date": "2026-05-15",
        "Next recall date": "2026-11-15",
        "Comfort menu": "Music",
    }
    assert ana["Recall interval (months)"] == 6
    assert "7 Elm St" in ana["Address"]["value"]


def test_amounts_are_exact_and_carry_the_currency(account: Account) -> None:
    _, ana = person(account, "Ana Ruiz")
    assert ana["Outstanding balance"] == (150.0, "USD")
    assert ana["Total payments"] == (50.05, "USD")


def test_the_subscriber_id_stays_behind_unless_it_is_asked_for(account: Account) -> None:
    assert "Subscriber id" not in account.field_labels("person")
    assert "SECRET-1" not in str(account.state)


def test_a_person_belongs_to_the_home_location_and_to_the_providers_user(account: Account) -> None:
    denver, _ = company(account, "Columbine Denver")
    phoenix, _ = company(account, "Columbine Phoenix")
    ana, _ = person(account, "Ana Ruiz")
    eva, _ = person(account, "Eva Ruiz")
    idle, _ = person(account, "Ida Idle")
    assert (ana["org_id"], eva["org_id"]) == (denver["id"], phoenix["id"])
    assert (ana["owner_id"], idle["owner_id"]) == (RUBY, OWNER)


def test_a_guardian_who_is_a_patient_is_a_link_and_no_second_person(account: Account) -> None:
    eva, _ = person(account, "Eva Ruiz")
    kid, fields = person(account, "Kim Ruiz")
    assert fields["Guardian"] == eva["id"]
    assert "Guardian name" not in fields
    assert kid["emails"] == []


def test_a_guardian_who_is_no_patient_is_attached_to_the_child(account: Account) -> None:
    ward, fields = person(account, "Max Stone")
    assert "Guardian" not in fields
    assert (fields["Guardian name"], fields["Guardian relationship"]) == ("Gil Stone", "Uncle")
    assert [(each["value"], each["label"]) for each in ward["phones"]] == [
        ("303-555-0700", "home"),
        ("303-555-0777", "guardian"),
    ]
    assert [(each["value"], each["label"]) for each in ward["emails"]] == [("gil@example.org", "guardian")]


def test_the_active_referral_counts_a_practice_as_a_link_a_campaign_as_a_choice(account: Account) -> None:
    _, ana = person(account, "Ana Ruiz")
    _, kid = person(account, "Kim Ruiz")
    endo, _ = company(account, "Front Range Endodontics")
    assert (ana["Referred by"], ana.get("Referral source")) == (endo["id"], None)
    assert (kid.get("Referred by"), kid["Referral source"]) == (None, "Billboard I-25")


def test_the_policy_in_force_names_the_carriers(account: Account) -> None:
    _, ana = person(account, "Ana Ruiz")
    delta, _ = company(account, "Delta Dental")
    mutual, _ = company(account, "Old Mutual Dental")
    assert (ana["Primary carrier"], ana["Secondary carrier"]) == (delta["id"], mutual["id"])


# ---------------------------------------------------------------------------------------------- organizations


def test_organizations_say_what_they_are(account: Account) -> None:
    kinds = {
        row["name"]: account.custom("organization", row).get("Organization type")
        for row in account.rows("organizations")
    }
    assert kinds == {
        "Columbine Dental": "Practice location",
        "Columbine Denver": "Practice location",
        "Columbine Phoenix": "Practice location",
        "Front Range Endodontics": "Referring practice",
        "Dr. Solo Okafor": "Referring practice",
        "Delta Dental": "Insurance carrier",
        "Old Mutual Dental": "Insurance carrier",
        "Mile High Lab": "Lab",
    }


def test_two_doctors_of_one_practice_share_its_organization(account: Account) -> None:
    _, endo = company(account, "Front Range Endodontics")
    assert endo["Individual providers"].splitlines() == ["Dr. Mei Lee", "Dr. Tom Park"]
    assert endo["NPI"] == "1111111112"


def test_a_location_has_address_telephone_and_numbers(account: Account) -> None:
    row, denver = company(account, "Columbine Denver")
    assert row["address"]["value"] == "1 Main St, Denver, CO 80202"
    assert (denver["Organization phone"], denver["NPI"], denver["Tax ID"]) == (
        "303-555-0199",
        "1234567893",
        "84-0000000",
    )
    assert denver["Organization status"] == "Active"


def test_the_practice_is_the_parent_of_its_locations(account: Account) -> None:
    parent, _ = company(account, "Columbine Dental")
    children = {company(account, name)[0]["id"] for name in ("Columbine Denver", "Columbine Phoenix")}
    links = account.rows("relationships")
    assert {(row["type"], row["rel_owner_org_id"]) for row in links} == {("parent", parent["id"])}
    assert {row["rel_linked_org_id"] for row in links} == children


# ---------------------------------------------------------------------------------------------- activities


@pytest.mark.parametrize(
    ("key", "due"),
    [
        ("vis-summer", ("2026-07-01", "15:30:00", "01:30:00")),
        ("vis-winter", ("2026-01-16", "01:30:00", "01:00:00")),
        ("vis-before", ("2026-03-08", "08:30:00", "01:00:00")),
        ("vis-after", ("2026-03-08", "09:30:00", "01:00:00")),
        ("vis-phoenix", ("2026-07-01", "16:30:00", "01:00:00")),
    ],
)
def test_local_times_are_written_as_utc_across_the_change_of_the_clocks(
    account: Account, key: str, due: tuple[str, str, str]
) -> None:
    row = made_from(account, "activities", f"appointments.{key}")
    assert (row["due_date"], row["due_time"], row["duration"]) == due
    assert row["done"] is True


def test_a_visit_belongs_to_its_patient_location_and_provider(account: Account) -> None:
    row = made_from(account, "activities", "appointments.vis-phoenix")
    eva, _ = person(account, "Eva Ruiz")
    phoenix, _ = company(account, "Columbine Phoenix")
    assert (row["person_id"], row["org_id"], row["owner_id"]) == (eva["id"], phoenix["id"], OWNER)
    assert made_from(account, "activities", "appointments.vis-summer")["owner_id"] == RUBY


def test_the_note_of_a_visit_has_local_time_provider_codes_with_teeth_and_status(account: Account) -> None:
    note = made_from(account, "activities", "appointments.vis-filling")["note"]
    lines = note.replace("<br>", "\n").splitlines()
    assert lines[:4] == [
        "Local time: 2026-09-01 10:00 America/Denver",
        "Provider: Ruby Lester",
        "Procedures: D2392 tooth 14 MO; D0120",
        "Status: Complete",
    ]
    assert "nervous" not in str(account.state)


def test_a_visit_that_did_not_take_place_says_so_and_does_not_count_as_the_last_one(account: Account) -> None:
    missed = made_from(account, "activities", "appointments.vis-missed")
    assert missed["subject"] == "Cleaning – Eva Ruiz (No Show)"
    _, eva = person(account, "Eva Ruiz")
    assert eva["Last appointment"] == "2026-08-04"


def test_a_telephone_visit_is_a_call_and_a_past_open_one_is_done(account: Account) -> None:
    assert made_from(account, "activities", "appointments.vis-call")["type"] == "call"
    assert made_from(account, "activities", "appointments.vis-open")["done"] is True
    assert made_from(account, "activities", "appointments.vis-summer")["type"] == "appointment"


def test_a_visit_of_a_merged_patient_belongs_to_the_survivor(account: Account) -> None:
    ana, _ = person(account, "Ana Ruiz")
    row = made_from(account, "activities", "appointments.vis-merged")
    assert (row["person_id"], row["subject"]) == (ana["id"], "Cleaning – Ana Ruiz")


@pytest.mark.parametrize("key", ["vis-future", "vis-gone", "vis-orphan", "vis-deleted"])
def test_future_visits_and_those_of_nobody_are_not_loaded(account: Account, key: str) -> None:
    assert key not in str(account.state)


def test_the_ledger_is_one_done_activity_per_patient_with_entries(account: Account) -> None:
    rows = [row for row in account.rows("activities") if row["subject"].startswith("Ledger summary")]
    [row] = rows
    assert (row["subject"], row["due_date"], row["done"]) == ("Ledger summary – Ana Ruiz", "2026-05-01", True)
    lines = row["note"].replace("<br>", "\n").splitlines()
    assert lines[:5] == [
        "Outstanding balance: USD 150.00",
        "Total charges: USD 200.10",
        "Total payments: USD 50.05",
        "Adjustments: USD -0.05",
        "Entries: 2026-03-02 to 2026-05-01",
    ]


def test_recalls_of_active_patients_are_open_activities(account: Account) -> None:
    rows = {row["subject"]: row for row in account.rows("activities") if row["subject"].startswith("Recall")}
    assert sorted(rows) == ["Recall: Perio – Eva Ruiz", "Recall: Prophy – Ana Ruiz"]
    assert {row["done"] for row in rows.values()} == {False}
    assert rows["Recall: Prophy – Ana Ruiz"]["due_date"] == "2026-11-15"
    assert rows["Recall: Perio – Eva Ruiz"]["due_date"] == "2026-02-28"
    _, idle = person(account, "Ida Idle")
    assert (idle["Next recall date"], idle["Patient status"]) == ("2026-01-10", "Inactive")


# ---------------------------------------------------------------------------------------------- deals and files


def test_open_plans_are_deals_in_the_stage_of_their_status(account: Account) -> None:
    pipeline = account.named("pipelines", "Treatment plans")
    stages = {row["id"]: row["name"] for row in account.rows("stages") if row["pipeline_id"] == pipeline["id"]}
    assert list(stages.values()) == ["Consultation", "Pre-Op", "Surgery", "Recovery", "Closed"]
    found = {row["title"]: stages[row["stage_id"]] for row in account.rows("deals")}
    assert found == {
        "Ana Ruiz – D2740 +1": "Consultation",
        "Eva Ruiz – D2740": "Pre-Op",
        "Kim Ruiz – Plan": "Surgery",
        "Ana Ruiz – D2740": "Consultation",
    }


def test_a_deal_has_value_person_location_owner_and_fields(account: Account) -> None:
    deal = account.one("deals", title="Ana Ruiz – D2740 +1")
    ana, _ = person(account, "Ana Ruiz")
    denver, _ = company(account, "Columbine Denver")
    assert (deal["value"], deal["currency"], deal["status"]) == (1234.56, "USD", "open")
    assert (deal["person_id"], deal["org_id"], deal["owner_id"]) == (ana["id"], denver["id"], RUBY)
    fields = account.custom("deal", deal)
    assert (fields["Insurance estimate"], fields["Patient estimate"]) == ((600.1, "USD"), (634.46, "USD"))
    assert (fields["Presented on"], fields["Teeth"], fields["Plan status"]) == ("2026-05-04", "30", "Unscheduled")
    assert fields["Procedures"].splitlines() == [
        "D2740 tooth 30, USD 1200.00, Planned",
        "D2950 tooth 30, USD 34.56, Planned",
    ]


def test_a_document_is_uploaded_to_its_person_byte_by_byte(account: Account) -> None:
    ana, _ = person(account, "Ana Ruiz")
    [file] = account.rows("files")
    assert file["person_id"] == ana["id"]
    assert file["name"].startswith("letter [sensei.documents.doc-letter=")
    assert file["sha256"] == hashlib.sha256(LETTER).hexdigest()


# ---------------------------------------------------------------------------------------------- nothing disappears


def test_every_row_has_one_fate(load: Answer) -> None:
    for name, fates in load["objects"].items():
        assert sum(fates.values()) - fates["extracted"] == fates["extracted"], name
    assert load["objects"]["appointments"] == {"extracted": 14, "loaded": 10, "archived": 1, "skipped": 3}
    assert load["objects"]["patients"] == {"extracted": 9, "loaded": 7, "skipped": 2}
    assert load["objects"]["treatmentPlans"] == {"extracted": 6, "loaded": 4, "archived": 1, "skipped": 1}
    assert load["objects"]["documents"] == {"extracted": 3, "loaded": 1, "archived": 2}


def test_reconciliation_finds_no_difference(bench: Bench) -> None:
    report = bench.report("reconcile")
    assert (report["differences"], report["surplus"], report["money_differences"]) == ([], [], [])
    wrong = [
        name for check in report["checks"].values() for name, counts in check["links"].items() if counts.get("wrong")
    ]
    assert wrong == []


def test_no_value_of_a_record_stands_in_a_shareable_report(bench: Bench) -> None:
    for path in sorted((bench.folder / "reports").iterdir()):
        text = path.read_text("utf-8")
        for value in ("Ana Ruiz", "eva@example.org", "303-555-0100", "7 Elm St", "1234.56", "pat-ana", "SECRET-1"):
            assert value not in text, (path.name, value)


def test_what_people_may_not_see_is_theirs_alone(bench: Bench) -> None:
    for path in [bench.folder, *bench.folder.rglob("*")]:
        assert _mode(path) == (0o700 if path.is_dir() else 0o600), path


def _mode(path: Path) -> int:
    return os.stat(path).st_mode & 0o777
