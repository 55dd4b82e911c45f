"""A service on paper: records in a dict, whole batches or none, late commits, faults by script, a clock of its own."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import httpx

from bridgework.clock import FakeClock

TIMEOUT = 30.0  # seconds a lost answer takes
BATCH = 60
Row = dict[str, Any]


@dataclass
class Fault:
    """What happens to requests that fit: by verb and path, from the `nth` on, so many times (None: always).

    `before`: lost on the way. `after`: carried out, the answer lost. `late`: carried out `seconds` later, no answer.
    `twice`: delivered twice by a box in the middle (`twice lost`: and the answer lost). `answer`: not carried out,
    answered with `status` and `body`.
    `garbled`: carried out, the answer replaced by `body`.
    """

    kind: str
    verb: str = "POST"
    path: str = "."
    nth: int = 1
    times: int | None = 1
    seconds: float = 0.0
    status: int = 500
    body: bytes = b""
    seen: int = 0

    def fits(self, request: httpx.Request) -> bool:
        if request.method != self.verb or not re.search(self.path, request.url.path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


@dataclass
class Registry:
    """The account. `skew`: how far its clock is ahead of ours. Every request is kept in `requests`.

    Requests are taken in one after the other, whatever threads bring them; `arriving` is called before, by that thread.
    """

    clock: FakeClock
    skew: timedelta = timedelta(0)
    lag: timedelta = timedelta(0)  # how long lists leave out a record that was made
    rows: dict[str, Row] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    drops: set[str] = field(default_factory=set)  # fields whose values the service silently forgets
    refuses: Callable[[Row], str] = lambda row: ""
    arriving: Callable[[httpx.Request], None] = lambda request: None
    unique: str = ""  # of this field no two records may have one value: 409 names who holds it
    fields: dict[str, list[str]] = field(
        default_factory=lambda: {"person": ["name", "note"], "visit": ["subject", "person"]}
    )
    valid: str | None = None  # the header that is let in; None: everybody is
    tokens: int = 0
    _late: list[tuple[datetime, Callable[[], Any]]] = field(default_factory=list)
    _made: dict[str, datetime] = field(default_factory=dict)
    _next: int = 100
    _one_by_one: threading.RLock = field(default_factory=threading.RLock)

    # ---------------------------------------------------------------- for the tests

    def live(self, kind: str = "person") -> list[Row]:
        return [row for row in self._rows() if row["kind"] == kind and not row["deleted"]]

    def names(self, kind: str = "person") -> list[str]:
        return sorted(row.get("name") or row.get("subject") for row in self.live(kind))

    def sent(self, verb: str, path: str = ".") -> list[Any]:
        """Bodies of the requests of a verb."""
        return [body for method, where, body in self.requests if method == verb and re.search(path, where)]

    def add(self, kind: str, **values: Any) -> Row:
        """Somebody makes a record by hand."""
        return self._create(kind, values)

    def edit(self, id_: str, **values: Any) -> None:
        """Somebody changes a record by hand."""
        self.rows[id_] |= values
        self._touch(self.rows[id_])

    def delete(self, id_: str) -> None:
        self.edit(id_, deleted=True)

    # ---------------------------------------------------------------- the wire

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.arriving(request)
        with self._one_by_one:
            return self._take_in(request)

    def _take_in(self, request: httpx.Request) -> httpx.Response:
        self._due()
        if self.valid is not None and (turned := self.let_in(request)):
            return turned
        body = json.loads(request.content) if request.content else None
        self.requests.append((request.method, request.url.path, body))
        fault = next((each for each in self.faults if each.fits(request)), None)
        answer = self._broken(fault, request, body) if fault else self._answer(request, body)
        answer.headers["date"] = format_datetime(self.now())
        return answer

    def let_in(self, request: httpx.Request) -> httpx.Response | None:
        """With tokens switched on: grants one, or turns away who has none that is valid."""
        if request.url.path == "/token":
            self.tokens += 1
            self.valid = f"Bearer t{self.tokens}"
            return httpx.Response(200, json={"access_token": f"t{self.tokens}"})
        return None if request.headers.get("authorization") == self.valid else httpx.Response(401, json={})

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    def _broken(self, fault: Fault, request: httpx.Request, body: Any) -> httpx.Response:
        if fault.kind == "answer":
            return httpx.Response(fault.status, content=fault.body or b"{}")
        if fault.kind == "refused":
            raise httpx.ConnectError("refused")
        if fault.kind == "late":
            self._late.append(
                (self.clock.now() + timedelta(seconds=fault.seconds), lambda: self._answer(request, body))
            )
        elif fault.kind in ("after", "twice", "twice lost", "garbled"):
            answer = self._answer(request, body)
            if fault.kind.startswith("twice"):
                answer = self._answer(request, body)
            if fault.kind == "twice":
                return answer
            if fault.kind == "garbled":
                return httpx.Response(answer.status_code, content=fault.body)
        self.clock.advance(TIMEOUT)
        raise httpx.ReadTimeout("slow")

    def _due(self) -> None:
        for due, carry_out in list(self._late):
            if due <= self.clock.now():
                self._late.remove((due, carry_out))
                carry_out()

    def _answer(self, request: httpx.Request, body: Any) -> httpx.Response:
        _, kind, *rest = request.url.path.split("/")
        match request.method, rest:
            case "GET", []:
                return self._list(kind, {name: each[0] for name, each in parse_qs(request.url.query.decode()).items()})
            case (("POST" | "PATCH"), _) if isinstance(body, dict) and (holder := self._holder(rest, body)):
                return httpx.Response(409, json={"error": "taken", "holder": holder})
            case "POST", ["batch"]:
                return self._batch(kind, body)
            case "POST", []:
                return self._one(kind, body)
            case "PATCH", [id_] if id_ in self.rows and not self.rows[id_]["deleted"]:
                if request.headers.get("if-match", version := str(self.rows[id_]["version"])) != version:
                    return httpx.Response(412, json={"error": "it has another version"})
                self.rows[id_] |= {name: value for name, value in body.items() if name not in self.drops}
                return httpx.Response(200, json=self._shown(self._touch(self.rows[id_])))
            case "PUT", [id_] if id_ in self.rows:
                self.rows[id_]["deleted"] = False
                return httpx.Response(200, json=self._shown(self._touch(self.rows[id_])))
            case "DELETE", [id_] if id_ in self.rows and not self.rows[id_]["deleted"]:
                self.rows[id_]["deleted"] = True
                self._touch(self.rows[id_])
                return httpx.Response(200, json={})
        return httpx.Response(404, json={"error": "not found"})

    def _list(self, kind: str, query: dict[str, str]) -> httpx.Response:
        if kind in ("account", "mark"):
            return httpx.Response(200, json={"fields": self.fields})
        shown = self.clock.now() - self.lag
        found = [row for row in self._rows() if row["kind"] == kind and self._made.get(row["id"], shown) <= shown]
        if "ids" in query:
            found = [row for row in found if row["id"] in query["ids"].split(",")]
        if "since" in query:
            found = [row for row in found if row["updated"] >= datetime.fromisoformat(query["since"])]
        return httpx.Response(200, json=[self._shown(row) for row in found])

    def _holder(self, rest: list[str], body: Row) -> str:
        """The record that holds a unique value of the body, if another one does."""
        value = body.get(self.unique)
        if not value:
            return ""
        there = (row["id"] for row in self._rows() if row.get(self.unique) == value and not row["deleted"])
        return next((id_ for id_ in there if id_ not in rest), "")

    def _one(self, kind: str, body: Row) -> httpx.Response:
        if reason := self._why_not(kind, body):
            return httpx.Response(422, json={"error": reason})
        return httpx.Response(201, json=self._shown(self._create(kind, body)))

    def _batch(self, kind: str, rows: list[Row]) -> httpx.Response:
        if any(row["id"] in self.rows or self._why_not(kind, row) for row in rows):
            return httpx.Response(400, json={"error": "the batch is refused"})
        return httpx.Response(201, json=[self._shown(self._create(kind, row)) for row in rows])

    def _why_not(self, kind: str, body: Row) -> str:
        unknown = set(body) - {"mark", "id", *self.fields[kind]}
        return f"it does not know {min(unknown)}" if unknown else self.refuses(body)

    # ---------------------------------------------------------------- rows

    def _create(self, kind: str, body: Row) -> Row:
        self._next += 1
        kept = {name: value for name, value in body.items() if name not in self.drops}
        row = {"id": str(self._next), "mark": "", **kept, "kind": kind, "deleted": False, "version": 0}
        self.rows[row["id"]] = row
        self._made[row["id"]] = self.clock.now()
        return self._touch(row)

    def _touch(self, row: Row) -> Row:
        row["updated"] = self.now()
        row["version"] += 1
        return row

    def _shown(self, row: Row) -> Row:
        return {**row, "updated": row["updated"].isoformat()}

    def _rows(self) -> Iterator[Row]:
        self._due()
        yield from list(self.rows.values())  # others may add to them meanwhile
