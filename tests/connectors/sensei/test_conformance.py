"""The Sensei Cloud source does what a source has to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridgework.testing import Source, SourceKit
from bridgework_sensei_generator import generate


class TestSensei(SourceKit):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        generate(tmp_path / "export", patients=100, seed=7)
        return Source("sensei", {"path": tmp_path / "export"})
