"""A destination in memory: what stands there, who made it, what goes wrong on the way there, and its time.

It keeps what a checker needs and no real system tells: every record that ever came to be, by its identity, and whose
hand a deleted record had passed through last. `Contact` is an object as Pipedrive has them (single creates, a marker
in a field, no identity of its own), `event` one as Twenty and Dataverse have them (batches, ids of our choosing).
"""

from __future__ import annotations

import heapq
import json
import pickle
import threading
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HORIZON = 600.0  # seconds; a request whose answer was lost may be carried out that late
Body = dict[str, Any]


@dataclass
class Time:
    """The clock of the world and of the engine in it: it stands still until somebody sleeps, and survives processes.

    `drift` is by how much the wall clock of the engine's machine is wrong.
    """

    elapsed: float = 0.0
    drift: timedelta = timedelta(0)
    start: datetime = START

    def now(self) -> datetime:
        """What the engine's machine shows."""
        return self.true() + self.drift

    def true(self) -> datetime:
        """What the destination shows."""
        return self.start + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """Seconds since the world began."""
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        """It is later."""
        self.elapsed += max(0.0, seconds)


@dataclass
class Row:
    """A record. `hand` is who changed it last: `us` or `person`."""

    object: str
    id: str
    identity: str  # marker, or the id of our choosing; empty for what people made
    values: Body
    updated: datetime
    version: int = 1
    deleted: bool = False
    hand: str = "us"
    edited: Body = field(default_factory=dict)  # by people, since it was made

    def shown(self) -> Body:
        """As the API gives it."""
        return {
            "id": self.id,
            "marker": self.identity if self.object == "contact" else "",
            "version": self.version,
            "deleted": self.deleted,
            "updated": self.updated.isoformat(),
            "values": self.values,
        }


KINDS = (
    "refused",  # the connection is refused
    "lost before",  # the request is lost on its way
    "reset",  # the server closes the idle connection on which the request leaves
    "lost after",  # carried out, the answer is lost
    "stall",  # no answer for a minute, then carried out
    "late",  # carried out long after everybody gave up, within the horizon
    "500 before",
    "500 after",  # carried out
    "502 after",
    "truncated",  # carried out, half an answer
    "html",  # carried out, a login page with 200
    "empty",  # carried out, 200 without a body
    "alien",  # carried out, JSON that says something else
    "429",
    "503",
    "401",
    "doubled",  # a middle box delivers it twice and passes on the first answer
    "doubled, second answer",
    "doubled, answer lost",
)
CARRIED_OUT = frozenset(
    {"lost after", "doubled, answer lost", "500 after", "502 after", "truncated", "html", "empty", "alien"}
)
# Where nothing marks a record as ours but a field, a repeating middle box makes a second one. Nobody can prevent it;
# it must be found and reported.
DOUBLED = ("doubled", "doubled, second answer", "doubled, answer lost")


class Dead(BaseException):
    """The engine's process ended: nothing of it runs any more."""


@dataclass
class World:
    """The whole of it. `file`: saved there after every change, for a process that may end at any instant."""

    time: Time = field(default_factory=Time)
    people: dict[str, Body] = field(default_factory=dict)  # the source
    visits: dict[str, Body] = field(default_factory=dict)
    exported: datetime = START
    rows: dict[str, Row] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)  # how often each identity came to be
    requests: int = 0
    writes: int = 0
    faults: dict[int, str] = field(default_factory=dict)  # number of the request -> what happens to it
    injected: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)  # what must never happen
    bodies: list[str] = field(default_factory=list)  # what was sent, in order of arrival
    late: list[tuple[float, int, str, str, Any]] = field(default_factory=list)
    numbers: int = 0
    dead: bool = False  # the engine's process ended at a request
    file: Path | None = None

    # ---------------------------------------------------------------- the source

    def describe(self) -> None:
        """A new export is made."""
        self.exported += timedelta(hours=1)

    # ---------------------------------------------------------------- people in the destination

    def live(self) -> dict[str, Row]:
        """Rows that are not deleted, by id."""
        return {key: row for key, row in self.rows.items() if not row.deleted}

    def of(self, identity: str) -> Row | None:
        """The live row of an identity."""
        return next((row for row in self.rows.values() if row.identity == identity and not row.deleted), None)

    def person_edits(self, id_: str, name: str, value: Any) -> None:
        """Somebody changes a field."""
        row = self.rows[id_]
        row.values[name] = row.edited[name] = value
        self._touched(row, "person")

    def person_deletes(self, id_: str) -> None:
        """Somebody deletes a record."""
        row = self.rows[id_]
        row.deleted = True
        self._touched(row, "person")

    def person_creates(self, object_name: str, values: Body) -> str:
        """Somebody makes a record of his own; its id."""
        self.numbers += 1
        row = Row(object_name, f"p{self.numbers}", "", dict(values), self.time.true(), hand="person")
        self.rows[row.id] = row
        return row.id

    def attached(self, id_: str) -> bool:
        """Whether a live record that a person made refers to that one."""
        return any(not row.identity and id_ in row.values.values() for row in self.live().values())

    def _touched(self, row: Row, hand: str) -> None:
        row.version += 1
        row.hand = hand
        row.updated = self.time.true()

    # ---------------------------------------------------------------- what the engine sees

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Carry out a request: status and JSON."""
        match method, path.strip("/").split("/"):
            case "GET", ["account"]:
                return 200, {"id": "acc-1", "name": "A world"}
            case "GET", [("contact" | "event") as name]:
                return 200, [row.shown() for row in self.rows.values() if row.object == name]
            case "POST", [("contact" | "event") as name, "find"]:
                wanted = set(body["ids"])
                return 200, [row.shown() for row in self.rows.values() if row.object == name and row.id in wanted]
            case "POST", ["contact"]:
                self.numbers += 1
                return 201, self._make("contact", f"c{self.numbers}", body["marker"], body["values"]).shown()
            case "POST", ["event"]:
                if any(each["id"] in self.rows for each in body):
                    return 409, {"error": "an id is taken"}
                return 201, [self._make("event", each["id"], each["id"], each["values"]).shown() for each in body]
            case "PATCH", [_, id_]:
                return self._change(id_, body["values"])
            case "DELETE", [_, id_]:
                return self._delete(id_)
        raise AssertionError(f"no such request: {method} {path}")

    def _make(self, object_name: str, id_: str, identity: str, values: Body) -> Row:
        self.made[identity] += 1
        row = self.rows[id_] = Row(object_name, id_, identity, dict(values), self.time.true())
        return row

    def _change(self, id_: str, values: Body) -> tuple[int, Any]:
        row = self.rows.get(id_)
        if row is None or row.deleted:
            return 404, {"error": "not there"}
        if over := [name for name in values if name in row.edited] or not row.identity:
            self.wrongs.append(f"{row.object} {id_}: what a person wrote was overwritten: {over}")
        row.values.update(values)
        for name in [name for name, value in row.values.items() if value is None]:
            del row.values[name]
        hand = row.hand
        self._touched(row, hand)
        return 200, row.shown()

    def _delete(self, id_: str) -> tuple[int, Any]:
        row = self.rows.get(id_)
        if row is None or row.deleted:
            return 404, {"error": "not there"}
        if row.hand == "person":
            self.wrongs.append(f"{row.object} {id_} was deleted after a person had worked on it")
        if self.attached(id_):
            self.wrongs.append(f"{row.object} {id_} was deleted under a record that a person had attached to it")
        row.deleted = True
        self._touched(row, row.hand)
        return 200, {}

    # ---------------------------------------------------------------- what goes wrong

    def next_fault(self) -> str:
        """What happens to the request that arrives now."""
        self.requests += 1
        kind = self.faults.pop(self.requests, "")
        if kind:
            self.injected[kind] += 1
        return kind

    def arm(self, kind: str, nth: int) -> None:
        """The n-th request from now on meets that fault."""
        self.faults[self.requests + nth] = kind

    def calm(self) -> None:
        """No further faults."""
        self.faults.clear()

    def later(self, seconds: float, method: str, path: str, body: Any) -> None:
        """Carry it out so many seconds from now, whoever waits for it."""
        self.numbers += 1
        heapq.heappush(self.late, (self.time.elapsed + seconds, self.numbers, method, path, json.dumps(body)))

    def catch_up(self) -> None:
        """Carry out what is due."""
        while self.late and self.late[0][0] <= self.time.elapsed:
            _, _, method, path, body = heapq.heappop(self.late)
            self.answer(method, path, json.loads(body))
        self.save()

    # ---------------------------------------------------------------- over processes

    def save(self) -> None:
        """Write the world to its file, if it has one."""
        if self.file is not None:
            temporary = self.file.with_suffix(".new")
            temporary.write_bytes(pickle.dumps(self))
            temporary.replace(self.file)

    def copy(self) -> World:
        """Another world like this one."""
        return deepcopy(self)

    def content(self) -> dict[str, Body]:
        """What is there, by identity; references by the identity of what they point to."""
        names = {row.id: row.identity for row in self.rows.values()}
        return {
            row.identity: {key: names.get(value, value) for key, value in row.values.items()}
            for row in self.live().values()
            if row.identity
        }


LOCK = threading.RLock()  # of all worlds: a request is carried out alone
