"""Records as they are now, also those that were written a moment ago: a list may not show them yet.

Where nothing but a mark tells records apart, the horizon is how long the destination may take to show what it did. A
record that is missing within it is not called deleted: it is asked for again when the horizon has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bridgework.journal import Target
from bridgework.model import StoredRecord
from bridgework.stages.load.settling import ENFORCED, wait_until

if TYPE_CHECKING:
    from bridgework.migration import Migration


def current_records(migration: Migration, targets: Sequence[Target]) -> dict[str, StoredRecord]:
    """Records of one object by id; what is left out is not there."""
    name = targets[0].object
    found = migration.read_records(name, [target.id for target in targets])
    unseen = [target for target in targets if target.id not in found]
    if not unseen or migration.capabilities.object(name).identity.kind in ENFORCED:
        return found
    shown = max(_shown(migration, target) for target in unseen)
    if shown > migration.clock.now():
        wait_until(migration, shown, "records that the destination may not show yet")
        found.update(migration.read_records(name, [target.id for target in unseen]))
    return found


def _shown(migration: Migration, target: Target) -> datetime:
    """The instant from which a record that is still missing is not there."""
    settled = migration.journal.at(target.settled)
    if settled is None:
        return migration.clock.now() - timedelta(days=1)  # it was there before us
    return migration.timekeeper.ours(settled, target.settled) + migration.horizon
