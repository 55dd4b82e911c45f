"""The audit log: every row of the journal's chain that touched the destination, in order, ending with the chain's head.

Written twice from one pass, as CSV and as NDJSON. No value of a record is in it: source ids are keyed hashes, fields
are labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from bridgework.journal import Entry, Head
from bridgework.migration import Migration
from bridgework.stages.deliver.labels import Labels
from bridgework.stages.deliver.package import SHAREABLE, Package

COLUMNS: Final = (
    "row",
    "time",
    "sent",
    "operator",
    "approved_by",
    "stage",
    "rule",
    "mapping",
    "source",
    "object",
    "id",
    "verb",
    "fields",
    "outcome",
    "attempt",
    "reason",
)
_BATCH: Final = 500
_GATE_OF: Final = {"schema": "schema", "sample": "owners", "load": "sample", "delta": "sample", "replay": "sample"}
_QUIET: Final = frozenset(("anchor", "targets_settled", "receipt", "schema_picture", "progress"))
_SAID: Final = ("gate", "by", "automatic", "content", "stage", "state", "mapping", "fingerprint", "at", "account")
SCHEMA_RULE: Final = "schema"  # the journal keeps schema operations under this name


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log. `key`, `generation` and `body_hash` find the kept image and are not written."""

    row: int
    time: datetime
    sent: datetime | None = None
    operator: str = ""
    approved_by: str = ""
    stage: str = ""
    rule: str = ""
    mapping: str = ""
    object: str = ""
    id: str = ""
    verb: str = "event"
    fields: tuple[str, ...] = ()  # keys while reading, labels when written
    outcome: str = ""
    attempt: int | None = None
    reason: str = ""
    key: str = ""
    generation: int = 1
    body_hash: str = ""

    def cells(self, source: str) -> tuple[Any, ...]:
        """The line in the order of `COLUMNS`."""
        return (
            self.row,
            _time(self.time),
            _time(self.sent),
            self.operator,
            self.approved_by,
            self.stage,
            self.rule,
            self.mapping,
            source,
            self.object,
            self.id,
            self.verb,
            "; ".join(self.fields),
            self.outcome,
            self.attempt,
            self.reason,
        )


def write_audit_log(migration: Migration, package: Package, labels: Labels) -> Head:
    """audit-log.csv and audit-log.ndjson; returns the head of the chain they end with."""
    head = migration.journal.head()
    purpose = "Every operation, in order: who, when, what, with which outcome"
    with (
        package.table("audit-log.csv", COLUMNS, purpose, SHAREABLE) as table,
        package.file("audit-log.ndjson", f"{purpose}, for programs", SHAREABLE) as stream,
    ):
        for line in _with_fields(migration, labels, _lines(migration, head)):
            source = migration.keyed_hash(line.rule, line.key) if line.key else ""
            cells = line.cells(source)
            table.row(cells)
            named = dict(zip(COLUMNS, cells, strict=True))
            stream.write(orjson.dumps({**named, "fields": line.fields}) + b"\n")
            stream.rows += 1
        end = dict.fromkeys(COLUMNS) | {"row": head.seq, "verb": "end of the chain", "reason": head.hash}
        table.row(end[name] for name in COLUMNS)
        stream.write(orjson.dumps({"row": head.seq, "head": head.hash}) + b"\n")
    return head


def _time(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat().replace("+00:00", "Z")


# ------------------------------------------------------------------------------------------ from the chain


class _Reader:
    """Turns rows of the chain into lines. Keeps what is open and who acts, so memory does not grow with the chain."""

    def __init__(self) -> None:
        self._open: dict[int, Entry] = {}
        self._operator = ""
        self._mapping = ""
        self._approved: dict[str, str] = {}

    def lines(self, entry: Entry) -> Iterator[Line]:
        if entry.table == "intent":
            self._open[entry.seq] = entry
        elif entry.table == "outcome":
            yield self._outcome(entry)
        else:
            yield from self._event(entry)

    def left(self) -> Iterator[Line]:
        """Operations without any outcome."""
        for seq, intent in self._open.items():
            yield replace(self._operation(seq, intent), outcome="in_doubt")

    def _outcome(self, entry: Entry) -> Line:
        said = entry.values
        number = said["operation"]
        line = self._operation(entry.seq, self._open[number])
        if said["state"] != "in_doubt":
            del self._open[number]
        reason = f"{said['field']}: {said['reason']}" if said["field"] else said["reason"]
        return replace(line, time=entry.at, outcome=said["state"], id=said["id"] or line.id, reason=reason)

    def _operation(self, row: int, intent: Entry) -> Line:
        said = intent.values
        return Line(
            row=row,
            time=intent.at,
            sent=intent.at,
            operator=self._operator,
            approved_by=self._approved.get(_GATE_OF.get(said["stage"], ""), ""),
            stage=said["stage"],
            rule=said["rule"],
            mapping=self._mapping,
            object=said["object"],
            id=said["target_id"],
            verb=said["verb"],
            fields=tuple(said["fields"]),
            attempt=said["attempt"],
            key=said["key"],
            generation=said["generation"],
            body_hash=said["body_hash"],
        )

    def _event(self, entry: Entry) -> Iterator[Line]:
        kind, payload = entry.values["kind"], orjson.loads(entry.values["payload"])
        if kind == "opened":
            self._operator = payload["operator"]
        elif kind == "planned":
            self._mapping = payload["mapping"]
        elif kind == "approval":
            self._approved[payload["gate"]] = payload["by"]
        base = Line(row=entry.seq, time=entry.at, operator=self._operator, mapping=self._mapping)
        if kind == "targets_matched":
            for key, id_, _ in payload["rows"]:
                found = replace(base, rule=payload["rule"], object=payload["object"], key=key, id=id_)
                yield replace(found, verb="match", outcome="matched")
        elif kind == "targets_state":
            noted = replace(base, rule=payload["rule"], verb="note", outcome=payload["state"])
            for key in payload["keys"]:
                yield replace(noted, key=key, reason=payload["reason"])
        elif kind not in _QUIET:
            by = str(payload.get("by", "")) if kind == "approval" else ""
            yield replace(base, outcome=kind, approved_by=by, reason=_said(payload))


def _said(payload: dict[str, Any]) -> str:
    """The plain words of an event; lists of keys stay out."""
    return ", ".join(f"{name}: {payload[name]}" for name in _SAID if isinstance(payload.get(name), str | bool | int))


def _lines(migration: Migration, head: Head) -> Iterator[Line]:
    reader = _Reader()
    for entry in migration.journal.entries():
        if entry.seq > head.seq:
            break
        migration.progress.step("audit log")
        yield from reader.lines(entry)
    yield from reader.left()


# ------------------------------------------------------------------------------------------ which fields were written


def _with_fields(migration: Migration, labels: Labels, lines: Iterable[Line]) -> Iterator[Line]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield from _filled(migration, labels, batch)
            batch.clear()
    yield from _filled(migration, labels, batch)


def _filled(migration: Migration, labels: Labels, batch: Sequence[Line]) -> Iterator[Line]:
    """The same lines with labels of what was sent: on create the whole body, on update the fields that it changed."""
    wanted: dict[tuple[str, int], list[str]] = defaultdict(list)
    for line in batch:
        if line.verb in ("create", "upload") and line.rule != SCHEMA_RULE:
            wanted[line.rule, line.generation].append(line.key)
    bodies = {
        (rule, generation): migration.records.images.every(rule, dict.fromkeys(keys), "sent", generation)
        for (rule, generation), keys in wanted.items()
    }
    for line in batch:
        if line.rule == SCHEMA_RULE:
            yield replace(line, fields=(line.key.rpartition("/")[2],), key="")
            continue
        if line.verb in ("create", "upload"):
            body = body_of(line, bodies.get((line.rule, line.generation), {}).get(line.key, ()))
            yield replace(line, fields=tuple(labels.label(line.object, key) for key in body))
        else:
            changed = sorted(labels.label(line.object, key) for key in line.fields)
            yield replace(line, fields=tuple(changed))


def body_of(line: Line, tried: Sequence[bytes]) -> dict[str, Any]:
    """The body of this very operation: a record that was refused may have been sent again with other fields."""
    body: bytes | None = next((each for each in tried if sha256(each).hexdigest() == line.body_hash), None)
    return {} if body is None else orjson.loads(body)
