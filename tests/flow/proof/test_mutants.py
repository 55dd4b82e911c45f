"""The mutants of the long run still fit the source, and the tests that have to catch them are there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
_SPEC = importlib.util.spec_from_file_location("mutations", ROOT / "tools" / "mutations.py")
assert _SPEC is not None and _SPEC.loader is not None
MUTATIONS: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["mutations"] = MUTATIONS  # dataclasses look their module up
_SPEC.loader.exec_module(MUTATIONS)


@pytest.mark.parametrize("mutant", MUTATIONS.MUTANTS, ids=lambda each: each.name)
def test_a_mutant_changes_exactly_one_place_per_change_and_names_tests_that_exist(mutant: Any) -> None:
    for name, old, _ in mutant.changes:
        assert (ROOT / MUTATIONS.CORE / name).read_text("utf-8").count(old) == 1, (name, old)
    assert all((ROOT / test).is_file() for test in mutant.tests)
