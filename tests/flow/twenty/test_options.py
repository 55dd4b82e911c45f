"""What the pair's options change in the workspace."""

from __future__ import annotations

import pytest

from ..exports import little_practice
from .conftest import MakeBench


@pytest.mark.slow
def test_plans_that_are_notes_alone_make_no_object_and_can_be_filtered_by_code(make_bench: MakeBench) -> None:
    bench = make_bench(little_practice(1), settings={"migration.options.treatment_plans": "notes"})
    bench.loaded(size=1)
    workspace = bench.workspace
    assert "treatmentPlan" not in workspace.object_names()
    note = workspace.made_from("note", "plan-notes.plan-1")
    assert (note["procedureCodes"], note["teeth"]) == ("D2740", "30")
    assert "D2740 tooth 30" in note["bodyV2"]["markdown"].replace("\\", "")
    assert bench.call("reconcile", code=(0, 1))["differences"] == []
