"""A generated practice for the tests of the pair."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridgework.model import FieldType
from bridgework_sensei_pipedrive import SenseiPipedrive

from ..practice import Practice, staged

# Pipedrive has no yes/no and no instant among its custom fields.
FIELD_TYPES = frozenset(set(FieldType) - {FieldType.BOOLEAN, FieldType.INSTANT})


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("sensei-pipedrive")
    with staged(folder, SenseiPipedrive(), FIELD_TYPES, patients=400) as practice:
        yield practice
