"""A migration for which no pair is installed: the plan proposes a mapping, a person changes it, the rest is as ever."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridgework.cli import main
from bridgework.plugins import registry

from .conftest import MakeBench
from .practice import practice

pytestmark = pytest.mark.slow


def test_a_proposed_mapping_is_changed_by_a_person_and_carries_a_migration_there_and_back(
    make_bench: MakeBench,
) -> None:
    bench = make_bench(practice(), pair="proposed")
    before = bench.account.content()
    bench.call("extract", code=(0, 1))
    assert bench.call("plan", "--test", code=2)["cause"] == "no_mapping"
    bench.audited()
    answer = bench.call("plan", code=1)
    path = bench.folder / "mapping.yaml"
    text = path.read_text("utf-8")
    assert answer["next"].startswith("read and change mapping.yaml")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rules = [line for line in text.splitlines() if line.startswith("      ") and "{" in line]
    assert rules and all("  # " in line for line in rules), "every proposed field has its confidence and its reason"
    assert bench.call("schema", "--apply", code=2)["cause"] == "approval_missing"

    path.write_text(text.replace("Appointment {appointmentType}", "Visit: {appointmentType}"), "utf-8")
    bench.ready_to_load()
    bench.call("load")
    account = bench.account
    ana = account.named("persons", "Ana Ruiz")
    assert account.custom("person", ana)["Date of birth"] == "1980-02-29"
    assert account.custom("person", ana)["Comfort menu"] == "Music"
    visits = [row for row in account.rows("activities") if row["person_id"] == ana["id"]]
    assert {row["subject"] for row in visits} == {"Visit: Cleaning"}
    assert {row["title"] for row in account.rows("deals") if row.get("person_id") == ana["id"]} >= {
        "Treatment plan Plan"
    }
    [letter] = account.rows("files")
    assert letter["person_id"] == ana["id"]
    bench.call("deliver", "--accept-open-window", code=(0, 1))
    report = bench.call("reconcile")
    assert report["differences"] == []
    for name, states in report["objects"].items():
        assert states["extracted"] == sum(states.values()) - states["extracted"], name

    bench.call("rollback")
    bench.call("rollback", "--schema")
    assert bench.account.content() == before


def test_where_no_pair_is_installed_init_says_what_plan_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = registry.entry_points

    def without_pairs(*, group: str) -> Iterable[EntryPoint]:
        return EntryPoints() if group == "bridgework.pairs" else real(group=group)

    monkeypatch.setattr(registry, "entry_points", without_pairs)
    monkeypatch.setattr(registry, "_installed", registry._installed.__wrapped__)
    arguments = ["init", str(tmp_path / "m"), "--source", "sensei", "--destination", "pipedrive"]
    result = CliRunner().invoke(main, [*arguments, "--set", "migration.currency=USD"])
    assert result.exit_code == 0, result.output
    assert "No pair maps sensei to pipedrive: plan will propose a mapping" in " ".join(result.stderr.split())
    assert 'pair = "proposed"' in (tmp_path / "m" / "migration.toml").read_text("utf-8")
    refused = CliRunner().invoke(
        main, ["--json", *arguments, "--pair", "sensei-pipedrve", "--set", "migration.currency=USD"]
    )
    assert refused.exit_code == 2
