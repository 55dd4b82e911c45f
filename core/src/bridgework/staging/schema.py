"""Tables of records.db.

A row's number says where it stands: object number in the high bits, place within the object in the low ones. So the
rows of an object are one range, in source order, and a link between two numbers also says which objects it joins.
Payloads stand apart from the key table, and the raw text apart from the values, so that a scan reads what it needs.
Key and hash stand in both, by key in `row` and by number in `payload`: from either side a row then costs one page.

`pointer` holds what the rows say (reference, child, value), `link` what was found for it (reference, parent, child) and
is ordered by parent: a roll-up is a merge of two scans. `adopted` holds the links of merged parents under those that
survive them.
"""

from __future__ import annotations

VERSION = 2
PLACE_BITS = 40

TABLES = (
    """CREATE TABLE snapshot(
        number INTEGER PRIMARY KEY, frozen INTEGER NOT NULL, description TEXT NOT NULL, fingerprint TEXT NOT NULL)""",
    """CREATE TABLE object(
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, folded INTEGER NOT NULL,
        inventory TEXT NOT NULL)""",
    "CREATE TABLE file(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """CREATE TABLE row(
        object INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY(object, key)) WITHOUT ROWID""",
    """CREATE TABLE payload(
        seq INTEGER PRIMARY KEY, key TEXT NOT NULL, hash BLOB NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL,
        data BLOB NOT NULL)""",
    "CREATE TABLE raw(seq INTEGER PRIMARY KEY, packed INTEGER NOT NULL, data BLOB NOT NULL)",
    """CREATE TABLE problem(
        seq INTEGER NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL, check_id TEXT NOT NULL,
        reason TEXT NOT NULL, PRIMARY KEY(seq, position)) WITHOUT ROWID""",
    "CREATE TABLE reference(id INTEGER PRIMARY KEY, child INTEGER NOT NULL, field TEXT NOT NULL, UNIQUE(child, field))",
    """CREATE TABLE reference_parent(
        reference INTEGER NOT NULL, parent INTEGER NOT NULL, handle TEXT NOT NULL,
        PRIMARY KEY(reference, parent)) WITHOUT ROWID""",
    """CREATE TABLE handle(
        object INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,
        label TEXT NOT NULL, PRIMARY KEY(object, field, value, seq)) WITHOUT ROWID""",
    """CREATE TABLE pointer(
        reference INTEGER NOT NULL, child INTEGER NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL,
        PRIMARY KEY(reference, child, value)) WITHOUT ROWID""",
    """CREATE TABLE link(
        reference INTEGER NOT NULL, parent INTEGER NOT NULL, child INTEGER NOT NULL,
        PRIMARY KEY(reference, parent, child)) WITHOUT ROWID""",
    """CREATE TABLE adopted(
        reference INTEGER NOT NULL, parent INTEGER NOT NULL, child INTEGER NOT NULL,
        PRIMARY KEY(reference, parent, child)) WITHOUT ROWID""",
    """CREATE TABLE merge(
        object TEXT NOT NULL, key TEXT NOT NULL, into_key TEXT NOT NULL, survivor TEXT NOT NULL,
        problem TEXT NOT NULL, PRIMARY KEY(object, key)) WITHOUT ROWID""",
    "CREATE TABLE heir(merged INTEGER PRIMARY KEY, survivor INTEGER NOT NULL)",
    """CREATE TABLE change(
        snapshot INTEGER NOT NULL, object INTEGER NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY(snapshot, object, kind, seq)) WITHOUT ROWID""",
    """CREATE TABLE image(
        number INTEGER PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, generation INTEGER NOT NULL,
        operation INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL)""",
    # Of `image` by key, up to `image_mark`; see `images`.
    """CREATE TABLE image_key(
        rule TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
        generation INTEGER NOT NULL, PRIMARY KEY(rule, key, kind, number)) WITHOUT ROWID""",
    "CREATE TABLE image_mark(number INTEGER NOT NULL)",
    "INSERT INTO image_mark VALUES(0)",
    "CREATE INDEX image_by_operation ON image(operation, kind) WHERE operation <> 0",
)


def first_place(object_id: int) -> int:
    """Numbers of an object's rows are greater than this."""
    return object_id << PLACE_BITS


def end_place(object_id: int) -> int:
    """Numbers of an object's rows are smaller than this."""
    return (object_id + 1) << PLACE_BITS
