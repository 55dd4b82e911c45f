"""Whose clock says what: instants of the journal, told by the destination's clock and by ours as it is set now.

The journal notes instants by the clock of this machine, which may be wrong, and set right between two runs. A listing
"since" an instant is read by the destination's clock. So every run notes how far that one is ahead of ours, from the
Date header of its answers, and instants are carried over with the note that was in force when they were written.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridgework.client import ApiClient
    from bridgework.journal import Journal

NOTED = "server_clock"
TOLERANCE = timedelta(seconds=2)  # a Date header has whole seconds, and the way back takes its time


class Timekeeper:
    """How far the destination's clock was ahead of ours, run by run."""

    def __init__(self, journal: Journal, client: ApiClient) -> None:
        self._journal = journal
        self._client = client
        self._notes: list[tuple[int, timedelta]] | None = None

    def note(self) -> None:
        """Write down what the last answer says, unless it is what was noted last. Call before the first write."""
        heard = self._client.ahead
        notes = self._read()
        before = notes[-1][1] if notes else timedelta(0)
        if heard is not None and abs(heard - before) > TOLERANCE:
            notes.append((self._journal.event(NOTED, ahead=heard.total_seconds()), heard))

    def theirs(self, at: datetime, seq: int) -> datetime:
        """An instant of the journal's row `seq`, by the destination's clock."""
        return at + self._ahead(seq)

    def ours(self, at: datetime, seq: int) -> datetime:
        """The same by our clock as it is set now."""
        return at + self._ahead(seq) - self._ahead(2**62)

    def _ahead(self, seq: int) -> timedelta:
        return next((ahead for noted, ahead in reversed(self._read()) if noted < seq), timedelta(0))

    def _read(self) -> list[tuple[int, timedelta]]:
        if self._notes is None:
            self._notes = [(each.seq, timedelta(seconds=each.payload["ahead"])) for each in self._journal.events(NOTED)]
        return self._notes
