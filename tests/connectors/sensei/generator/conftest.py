from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridgework_sensei_generator import Truth, generate

DATA = Path(__file__).parent.parent / "data"
PATIENTS = 700
SEED = 11


@pytest.fixture(scope="package")
def specification() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "sensei-export-1.0.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="package")
def practice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("practice") / "export"
    return folder, generate(folder, patients=PATIENTS, seed=SEED)


@pytest.fixture(scope="package")
def clean_practice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("clean") / "export"
    return folder, generate(folder, patients=400, seed=SEED, defects=False)
