"""Tables of journal.db.

`event`, `intent` and `outcome` are the chain: rows are added, never changed. They share one counter, `seq`; an intent's
`seq` is the number of its operation. `open_operation`, `standing` and `receipt` can be rebuilt from the chain; they
exist so that a restart with a million rows looks at what is open, not at what is done. `disposition`, `budget` and
`counter` are working state that a plan or a run makes again.
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
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, operation INTEGER NOT NULL,
        state TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL,
        http INTEGER NOT NULL, hash BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX one_final_outcome ON outcome(operation) WHERE state <> 'in_doubt'",
    "CREATE INDEX doubtful_outcome ON outcome(operation) WHERE state = 'in_doubt'",
    """CREATE TABLE open_operation(
        target INTEGER PRIMARY KEY, operation INTEGER NOT NULL, doubted INTEGER NOT NULL DEFAULT 0)""",
    # Who a target is stands apart from how it stands: both are then written in load order, at the end of their tables,
    # and a batch touches few pages, whatever its keys look like.
    """CREATE TABLE target(
        number INTEGER PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL,
        planned_hash TEXT NOT NULL DEFAULT '', plan INTEGER NOT NULL DEFAULT 0, schema INTEGER NOT NULL DEFAULT 0)""",
    "CREATE UNIQUE INDEX target_by_key ON target(rule, key)",
    """CREATE TABLE standing(
        target INTEGER PRIMARY KEY, state TEXT NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL DEFAULT '',
        version TEXT NOT NULL DEFAULT '', generation INTEGER NOT NULL DEFAULT 1, origin INTEGER NOT NULL DEFAULT 0,
        operation INTEGER NOT NULL DEFAULT 0, verb TEXT NOT NULL DEFAULT '', attempt INTEGER NOT NULL DEFAULT 0,
        outcome TEXT NOT NULL DEFAULT '', mapped_hash TEXT NOT NULL DEFAULT '', settled_hash TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '', field TEXT NOT NULL DEFAULT '')""",
    # Of `standing` by id, filled when somebody asks: see `destinations`.
    """CREATE TABLE destination_id(
        id TEXT NOT NULL, target INTEGER NOT NULL, PRIMARY KEY(id, target)) WITHOUT ROWID""",
    """CREATE TABLE receipt(
        identity TEXT PRIMARY KEY, operation INTEGER NOT NULL, data TEXT NOT NULL, seq INTEGER NOT NULL)""",
    """CREATE TABLE disposition(
        object TEXT NOT NULL, key TEXT NOT NULL, rule TEXT NOT NULL, target INTEGER NOT NULL, rank INTEGER NOT NULL,
        reason TEXT NOT NULL, PRIMARY KEY(object, key, rule, target)) WITHOUT ROWID""",
    "CREATE TABLE budget(name TEXT PRIMARY KEY, state TEXT NOT NULL)",
    "CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
)
