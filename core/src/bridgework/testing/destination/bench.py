"""The bench on which the standard tests of destinations work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridgework.stages.rollback import rollback
from bridgework.testing.account import Account, account
from bridgework.testing.run import Run
from bridgework.testing.subjects import Destination


@dataclass(frozen=True, slots=True)
class Bench:
    """Makes accounts for one standard test. `large` asks for every position and place instead of a few."""

    subject: Destination
    folder: Path
    large: bool = False

    @contextmanager
    def account(self, **options: Any) -> Iterator[Account]:
        """A fresh account of the service (of a running service: the one there is) and a migration into it."""
        folder = self.folder / f"migration-{len(list(self.folder.iterdir()))}"
        with account(self.subject, folder, **options) as made:
            try:
                yield made
            finally:
                if not made.simulated:
                    _clean(made)

    @contextmanager
    def run(self, *objects: str) -> Iterator[Run]:
        """A fresh account with a run over it, prepared for these objects (by default the main one)."""
        with self.account() as made, Run(made) as run:
            run.prepare(*objects)
            yield run


def _clean(account: Account) -> None:
    """Take out of a running service what a test left there: records of the migration and fields it made."""
    account.served.clear_faults()
    with Run(account) as run:
        rollback(run.migration)
        for receipt in reversed([each for each in run.journal.receipts() if each.created]):
            with account.outsider() as (connector, client):
                client.permit(receipt, 1)
                connector.drop_schema(receipt)
