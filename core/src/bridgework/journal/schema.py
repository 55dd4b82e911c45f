"""Tables of journal.db.

`entry` is the chain: rows are added, never changed. An entry holds one event, or all intents or all outcomes that were
made durable together. Each of these has a number of its own: `seq` is that of the entry's first one, `rows` says how
many there are; an intent's number is the number of its operation. `open_operation`, `standing` and `receipt` can be
rebuilt from the chain; they exist so that a restart with a million rows looks at what is open, not at what is done.
`disposition`, `budget` and `counter` are working state that a plan or a run makes again.
"""

from __future__ import annotations

VERSION = 2

TABLES = (
    "CREATE TABLE head(seq INTEGER NOT NULL, hash BLOB NOT NULL)",
    "INSERT INTO head VALUES(0, zeroblob(32))",
    """CREATE TABLE entry(
        seq INTEGER PRIMARY KEY, rows INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
        payload TEXT NOT NULL, hash BLOB NOT NULL)""",
    "CREATE INDEX entry_by_kind ON entry(kind)",
    # `doubted`: number of the outcome that first said that the answer is lost, 0 before.
    """CREATE TABLE open_operation(
        target INTEGER PRIMARY KEY, operation INTEGER NOT NULL, doubted INTEGER NOT NULL DEFAULT 0)""",
    # Who a target is stands apart from how it stands: both are then written in load order, at the end of their tables,
    # and a batch touches few pages, whatever its keys look like.
    """CREATE TABLE target(
        number INTEGER PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL,
        planned_hash TEXT NOT NULL DEFAULT '', plan INTEGER NOT NULL DEFAULT 0, schema INTEGER NOT NULL DEFAULT 0)""",
    "CREATE UNIQUE INDEX target_by_key ON target(rule, key)",
    # `settled`: number of the outcome of `operation`.
    """CREATE TABLE standing(
        target INTEGER PRIMARY KEY, state TEXT NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL DEFAULT '',
        version TEXT NOT NULL DEFAULT '', generation INTEGER NOT NULL DEFAULT 1, origin INTEGER NOT NULL DEFAULT 0,
        operation INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0, verb TEXT NOT NULL DEFAULT '',
        attempt INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '', mapped_hash TEXT NOT NULL DEFAULT '',
        settled_hash TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', field TEXT NOT NULL DEFAULT '')""",
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
