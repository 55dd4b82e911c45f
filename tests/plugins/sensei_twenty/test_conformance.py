"""The pair Sensei Cloud to Twenty does what a pair has to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridgework.testing import Pair, PairKit, Source
from bridgework_sensei_generator import generate


class TestSenseiTwenty(PairKit):
    @pytest.fixture
    def pair(self, tmp_path: Path) -> Pair:
        generate(tmp_path / "export", patients=100, seed=7)
        return Pair("sensei-twenty", source=Source("sensei", {"path": tmp_path / "export"}))
