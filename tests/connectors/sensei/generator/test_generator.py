"""The generator itself: the same bytes again, flat memory, sensible building blocks."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridgework_sensei_generator import Truth, generate, team
from bridgework_sensei_generator.__main__ import main
from bridgework_sensei_generator.draws import luhn_digit, months_later, npi, phone_number
from bridgework_sensei_generator.export import money

from .reading import manifest, rows


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(tmp_path / name / "export", patients=250, seed=9)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_gives_another_practice(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), patients=100, seed=seed)
    one, two = ({row["id"] for row in rows(tmp_path / str(seed), "patients")} for seed in (1, 2))
    assert not one & two


def test_memory_does_not_grow_with_the_patients(tmp_path: Path) -> None:
    generate(tmp_path / "warm", patients=50, seed=1)
    peaks = []
    for patients in (500, 2000):
        tracemalloc.start()
        generate(tmp_path / str(patients), patients=patients, seed=1, documents=0.05)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.15


@pytest.mark.parametrize("patients", [1, 2, 7, 99, 301])
def test_any_number_of_patients_can_be_had(tmp_path: Path, patients: int) -> None:
    truth = generate(tmp_path / "export", patients=patients, seed=6)
    assert truth.rows["patients"] == patients


def test_impossible_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one patient"):
        generate(tmp_path / "export", patients=0, seed=1)
    with pytest.raises(ValueError, match="time zone"):
        generate(tmp_path / "export", patients=1, seed=1, generated_at=datetime(2026, 1, 1))


def test_the_moment_of_the_export_is_that_asked_for(tmp_path: Path) -> None:
    moment = datetime(2027, 3, 5, 19, 30, tzinfo=UTC)
    truth = generate(tmp_path / "export", patients=60, seed=1, generated_at=moment)
    assert manifest(tmp_path / "export")["generatedAt"] == truth.summary["cutover"] == "2027-03-05T19:30:00Z"
    latest = max(row["start"] for row in rows(tmp_path / "export", "appointments"))
    assert latest > "2027-03-05"


def test_the_team_is_known_without_an_export(practice: tuple[Path, Truth]) -> None:
    folder, truth = practice
    members = team(11)
    stored = [(row["id"], row["email"], row["active"]) for row in rows(folder, "teamMembers")]
    assert stored == [(member.id, member.email, member.active) for member in members]
    assert stored == [(row["id"], row["email"], row["active"]) for row in truth.team]
    assert any(member.email is None for member in members) and any(not member.active for member in members)
    emails = [member.email for member in members if member.email]
    assert len(set(emails)) == len(emails) and all(email.endswith(".example") for email in emails)


def test_the_truth_can_be_read_back(practice: tuple[Path, Truth]) -> None:
    _, truth = practice
    assert Truth.load(truth.folder) == truth


def test_the_command_writes_an_export_and_prints_its_truth(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--patients", "40", "--seed", "3", str(tmp_path / "export")])
    assert result.exit_code == 0
    assert json.loads(result.output)["rows"]["patients"] == 40
    assert (tmp_path / "export.truth" / "decisions.csv").is_file()


def test_the_command_writes_a_later_export_too(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--patients", "40", "--later", "delta", str(tmp_path / "later")])
    assert result.exit_code == 0
    assert manifest(tmp_path / "later")["mode"] == "delta"


def test_strangers_never_share_a_telephone() -> None:
    numbers = {phone_number(serial) for serial in range(0, 500_000, 3)}
    assert len(numbers) == len(range(0, 500_000, 3))
    assert all(len(number) == 10 for number in numbers)


def test_provider_numbers_have_their_check_digit() -> None:
    assert luhn_digit("7992739871") == 3
    assert npi(23456789) == "1234567893"


def test_a_month_is_never_skipped_at_its_end() -> None:
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert months_later(date(2026, 6, 30), 6) == date(2026, 12, 30)


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (-5, "(0.05)"), (123450, "1,234.50"), (-12500, "(125.00)")])
def test_amounts_are_printed_as_the_product_prints_them(cents: int, text: str) -> None:
    assert money(cents) == text
