"""Tables of journal.db.

`event`, `intent` and `outcome` are the chain: rows are added, never changed. They share one counter, `seq`; an intent's
`seq` is the number of its operation. `open_operation`, `target` and `receipt` can be rebuilt from the chain; they exist
so that a restart with a million rows looks at what is open, not at what is done. `disposition`, `budget` and `counter`
are working state that a plan or a run makes again.
"""

from __future__ import annotations

VERSION = 1

TABLES = (
    "CREATE TABLE head(seq INTEGER NOT NULL, hash BLOB NOT NULL)",
    "INSERT INTO head VALUES(0, zeroblob(32))",
    """CREATE TABLE event(
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, hash BLOB NOT NULL)""",
    "CREATE INDEX event_by_kind ON event(kind)",
    """CREATE TABLE intent(
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, verb TEXT NOT NULL, stage TEXT NOT NULL, rule TEXT NOT NULL,
        key TEXT NOT NULL, object TEXT NOT NULL, generation INTEGER NOT NULL, marker TEXT NOT NULL,
        client_id TEXT NOT NULL, attempt INTEGER NOT NULL, body_hash TEXT NOT NULL, mapped_hash TEXT NOT NULL,
        target_id TEXT NOT NULL, hash BLOB NOT NULL)""",
    """CREATE TABLE outcome(
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, operation INTEGER NOT NULL REFERENCES intent(seq),
        state TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL,
        http INTEGER NOT NULL, hash BLOB NOT NULL)""",
    "CREATE INDEX outcome_by_operation ON outcome(operation, seq)",
    "CREATE UNIQUE INDEX one_final_outcome ON outcome(operation) WHERE state <> 'in_doubt'",
    "CREATE TABLE open_operation(operation INTEGER PRIMARY KEY, doubted INTEGER NOT NULL DEFAULT 0)",
    # A rowid table on purpose: rows are written in load order, so a batch touches few pages, whatever its keys are.
    """CREATE TABLE target(
        rule TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 1,
        id TEXT NOT NULL DEFAULT '', version TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'pending',
        mapped_hash TEXT NOT NULL DEFAULT '', settled_hash TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
        field TEXT NOT NULL DEFAULT '', operation INTEGER NOT NULL DEFAULT 0, origin INTEGER NOT NULL DEFAULT 0,
        planned_hash TEXT NOT NULL DEFAULT '', verb TEXT NOT NULL DEFAULT '', attempt INTEGER NOT NULL DEFAULT 0,
        outcome TEXT NOT NULL DEFAULT '', prior TEXT NOT NULL DEFAULT '', plan INTEGER NOT NULL DEFAULT 0)""",
    "CREATE UNIQUE INDEX target_by_key ON target(rule, key)",
    "CREATE INDEX target_by_destination ON target(object, id) WHERE id <> ''",
    """CREATE TABLE receipt(
        identity TEXT PRIMARY KEY, operation INTEGER NOT NULL, data TEXT NOT NULL, seq INTEGER NOT NULL)""",
    """CREATE TABLE disposition(
        object TEXT NOT NULL, key TEXT NOT NULL, rule TEXT NOT NULL, target_key TEXT NOT NULL, kind TEXT NOT NULL,
        reason TEXT NOT NULL, PRIMARY KEY(object, key, rule, target_key)) WITHOUT ROWID""",
    "CREATE TABLE budget(name TEXT PRIMARY KEY, state TEXT NOT NULL)",
    "CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
)
