"""The journal: intents, outcomes, events, targets, receipts, dispositions, budgets (journal.db)."""

from bridgework.journal.journal import Journal
from bridgework.journal.lock import migration_lock
from bridgework.journal.records import (
    Entry,
    Event,
    Head,
    Intent,
    IntentRow,
    Outcome,
    OutcomeState,
    Target,
    TargetState,
    Verified,
)

__all__ = [
    "Entry",
    "Event",
    "Head",
    "Intent",
    "IntentRow",
    "Journal",
    "Outcome",
    "OutcomeState",
    "Target",
    "TargetState",
    "Verified",
    "migration_lock",
]
