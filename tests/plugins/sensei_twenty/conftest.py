"""A generated practice for the tests of the pair."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridgework_sensei_twenty import SenseiTwenty
from bridgework_twenty import Twenty

from ..practice import Practice, staged


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("sensei-twenty")
    with staged(folder, SenseiTwenty(), Twenty.capabilities.field_types, patients=150) as practice:
        yield practice
