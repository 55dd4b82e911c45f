"""A journal on disk, with a clock that moves a second per look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bridgework.journal import Intent, Journal
from bridgework.model import Verb

KEY = bytes(range(32))
MIGRATION = "m-1"


def ticking() -> Callable[[], datetime]:
    """Each look at the clock is one second later."""
    seconds = count()
    return lambda: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.create(path, KEY, MIGRATION, now=ticking()) as opened:
        yield opened


@pytest.fixture
def create() -> Callable[..., Intent]:
    """An intent to create the record of a key."""

    def made(key: str, **changes: object) -> Intent:
        values: dict[str, object] = {
            "verb": Verb.CREATE,
            "stage": "load",
            "rule": "patients",
            "key": key,
            "object": "person",
            "marker": f"source.patients.{key}/abc123",
            "client_id": f"id-{key}",
            "body_hash": f"body-{key}",
            "mapped_hash": f"mapped-{key}",
        }
        return Intent(**{**values, **changes})

    return made
