"""A later export: what changed, and nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridgework_sensei_generator import GENERATED_AT, Truth, generate, generate_delta

from .reading import Row, manifest, report, rows

PATIENTS = 600
SEED = 8


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Truth]]:
    folder = tmp_path_factory.mktemp("later")
    return {
        "base": (folder / "base", generate(folder / "base", patients=PATIENTS, seed=SEED)),
        "full": (folder / "full", generate_delta(folder / "full", patients=PATIENTS, seed=SEED, mode="full")),
        "delta": (folder / "delta", generate_delta(folder / "delta", patients=PATIENTS, seed=SEED)),
    }


def _by_id(folder: Path, name: str) -> dict[str, Row]:
    return {row["id"]: row for row in rows(folder, name)}


def test_the_first_export_and_the_changes_make_the_second_one(
    exports: dict[str, tuple[Path, Truth]], specification: dict[str, Any]
) -> None:
    for name in specification["objects"]:
        if name == "fieldDefinitions":
            continue
        before, after, changed = (_by_id(exports[kind][0], name) for kind in ("base", "full", "delta"))
        assert before | changed == after, name
        assert all(before.get(key) != row for key, row in changed.items()), name


def test_reports_of_the_later_export_hold_the_new_rows(
    exports: dict[str, tuple[Path, Truth]], specification: dict[str, Any]
) -> None:
    for name, keys in (("transactions", ["Transaction #"]), ("recare", ["Patient ID", "Recare Type"])):
        found = {}
        for kind, (folder, _) in exports.items():
            _, data, _ = report(folder, name, specification["reports"][name])
            found[kind] = {tuple(row[key] for key in keys): row for row in data}
        assert found["base"] | found["delta"] == found["full"]
        assert found["delta"]


def test_every_change_is_told_and_stamped(exports: dict[str, tuple[Path, Truth]]) -> None:
    folder, truth = exports["delta"]
    told: dict[str, set[str]] = {}
    kinds: Counter[str] = Counter()
    for line in truth.lines("change"):
        told.setdefault(line["object"], set()).add(line["key"])
        kinds[f"{line['object']} {line['what']}"] += 1
    assert dict(kinds) == truth.expected["changes"]
    for name in ("patients", "appointments", "treatmentPlans", "documents", "policies"):
        changed = _by_id(folder, name)
        assert changed.keys() == told.get(name, set()), name
        for row in changed.values():
            if "updatedAt" in row:
                assert truth.summary["since"] < row["updatedAt"] < truth.summary["generatedAt"]
    assert kinds["patients created"] == 6
    assert kinds["transactions created"] > 3


def test_about_the_share_asked_for_changes(tmp_path: Path) -> None:
    truth = generate_delta(tmp_path / "delta", patients=3000, seed=5, changed=0.1, newcomers=0)
    assert 0.07 < sum(truth.expected["changes"].values()) / 3000 < 0.13


def test_planted_defects_survive_the_changes(exports: dict[str, tuple[Path, Truth]]) -> None:
    base, full = (list(exports[kind][1].lines("duplicate")) for kind in ("base", "full"))
    assert base == full


def test_the_manifest_says_what_kind_of_export_it_is(exports: dict[str, tuple[Path, Truth]]) -> None:
    delta, full = manifest(exports["delta"][0]), manifest(exports["full"][0])
    assert (delta["mode"], delta["since"]) == ("delta", "2026-11-01T18:00:00Z")
    assert (full["mode"], full["since"]) == ("full", None)
    assert delta["generatedAt"] == full["generatedAt"] == "2026-11-03T18:00:00Z"


def test_nothing_changes_when_nothing_is_asked_for(tmp_path: Path) -> None:
    truth = generate_delta(tmp_path / "delta", patients=300, seed=5, changed=0, newcomers=0)
    assert set(truth.rows.values()) == {0}


def test_a_later_export_must_be_later(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not later"):
        generate_delta(tmp_path / "delta", patients=10, seed=1, since=GENERATED_AT, generated_at=GENERATED_AT)
    with pytest.raises(ValueError, match="time zone"):
        generate_delta(tmp_path / "delta", patients=10, seed=1, since=datetime(2026, 1, 1))
    assert GENERATED_AT.tzinfo is UTC
