"""What Pipedrive can do as a destination, as static data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bridgework.model import Ability, Capabilities, FieldType, Identity, ObjectCapability
from bridgework_pipedrive.fields import LONG_TEXT_LENGTH
from bridgework_pipedrive.limits import BURST, PLANS, POSTS, TOKENS, tier
from bridgework_pipedrive.markers import CHARACTERS, SOURCE_ID

_BIN = timedelta(days=30)  # deleted persons, organizations, deals, activities and files are purged after that
_READ_BATCH = 100  # `ids` takes so many

_FIELD = Identity(kind="marker", where=SOURCE_ID, pattern=CHARACTERS)

_OBJECTS = (
    ObjectCapability(name="organization", identity=_FIELD, created_at="add_time", recoverable=_BIN),
    ObjectCapability(name="person", identity=_FIELD, created_at="add_time", recoverable=_BIN),
    ObjectCapability(name="deal", identity=_FIELD, recoverable=_BIN),
    ObjectCapability(
        name="activity",
        identity=Identity(kind="marker", where="last line of the activity's note", pattern=CHARACTERS),
        recoverable=_BIN,
    ),
    ObjectCapability(
        name="note",
        identity=Identity(kind="marker", where="last line of the note", pattern=CHARACTERS),
        created_at="add_time",
    ),
    ObjectCapability(
        name="file",
        identity=Identity(kind="marker", where="end of the file name", max_length=160, pattern=CHARACTERS),
        recoverable=_BIN,
        update=Ability.IMPOSSIBLE,
        upload=True,
    ),
    ObjectCapability(
        name="organization_relationship",
        identity=Identity(kind="natural", where="type and the two organizations"),
    ),
)


def _v2() -> dict[str, Mapping[str, int]]:
    return {
        "create": {TOKENS: 5, BURST: 1, POSTS: 1},
        "update": {TOKENS: 5, BURST: 1},
        "delete": {TOKENS: 3, BURST: 1},
        "read": {TOKENS: 10, BURST: 1},
        "scan": {TOKENS: 10, BURST: 1},
    }


def _v1(*, pages: int = 1) -> dict[str, Mapping[str, int]]:
    return {
        "create": {TOKENS: 10, BURST: 1, POSTS: 1},
        "update": {TOKENS: 10, BURST: 1, POSTS: 1},
        "delete": {TOKENS: 6, BURST: 1},
        "read": {TOKENS: 2 * _READ_BATCH, BURST: _READ_BATCH},
        "scan": {TOKENS: 20 * pages, BURST: pages},
    }


def _costs() -> dict[tuple[str, str], Mapping[str, int]]:
    """Create, update, delete: per record. Read: per full batch of ids. Scan: per 500 records."""
    by_object = {
        **{name: _v2() for name in ("organization", "person", "deal", "activity")},
        "note": _v1(),
        "file": {**_v1(pages=5), "upload": {TOKENS: 10, BURST: 1, POSTS: 1}},
        "organization_relationship": _v1(pages=500),
    }
    costs = {(name, verb): cost for name, verbs in by_object.items() for verb, cost in verbs.items()}
    costs["schema", "create"] = {TOKENS: 5, BURST: 1, POSTS: 1}
    costs["schema", "delete"] = {TOKENS: 3, BURST: 1}
    costs["owners", "read"] = {TOKENS: 20, BURST: 1}
    return costs


CAPABILITIES = Capabilities(
    objects=_OBJECTS,
    canary=("activity", {"subject": "Bridgework permission check", "type": "task", "done": True}),
    reserved_labels=frozenset({SOURCE_ID}),
    field_types=frozenset(
        {
            FieldType.TEXT,
            FieldType.LONG_TEXT,
            FieldType.INTEGER,
            FieldType.NUMBER,
            FieldType.MONEY,
            FieldType.DATE,
            FieldType.TIME,
            FieldType.CHOICE,
            FieldType.CHOICES,
            FieldType.PHONE,
            FieldType.ADDRESS,
            FieldType.REFERENCE,
            FieldType.OWNER,
        }
    ),
    horizon=timedelta(minutes=10),
    tiers=tuple(tier(name) for name in PLANS),
    max_file_bytes=10_000_000,  # no figure is published; larger uploads are unproven
    long_text_length=LONG_TEXT_LENGTH,
    costs=_costs(),
    read_batch=_READ_BATCH,
)
