"""What a stage that ended with an error says."""

from __future__ import annotations

import pytest

from bridgework.errors import SettingsError
from bridgework.results import failure


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("rehearsal is a migration already.", "rehearsal is a migration already."),
        ("owners.csv, line 3: nobody", "owners.csv, line 3: nobody."),
        ("Nothing is staged", "Nothing is staged."),
    ],
)
def test_a_message_ends_with_a_full_stop_and_begins_as_it_was_written(message: str, said: str) -> None:
    assert failure("init", "", SettingsError(message, next_step="")).message == said
