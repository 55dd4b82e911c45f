"""The connector against a served sandbox, without the engine; every request is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridgework.client import ApiClient, MemoryBudgetStore
from bridgework.clock import FakeClock
from bridgework.model import Operation, Verb, Written
from bridgework.sandbox import Running, SimulatedClock, running
from bridgework_twenty import Twenty
from bridgework_twenty_sandbox import TwentySandbox


@dataclass
class Sent:
    """One request as it left."""

    method: str
    path: str
    query: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Ledger:
    """Lets everything through once."""

    def __init__(self) -> None:
        self.sent: set[int] = set()

    def may_send(self, op: int, /) -> bool:
        return op not in self.sent

    def mark_sent(self, ops: Sequence[int], /) -> None:
        self.sent |= set(ops)


@dataclass
class Desk:
    """A connector with its client, the workspace it talks to, and what was sent."""

    running: Running
    connector: Twenty
    api: ApiClient
    sent: list[Sent] = field(default_factory=list)
    others: list[ApiClient] = field(default_factory=list)  # closed with this one
    _number: int = 0

    def operation(self, object_name: str, verb: Verb = Verb.CREATE, /, key: int = 0, **values: Any) -> Operation:
        """An operation under the next number; `body` and the rest as `Operation` takes them."""
        self._number += 1
        key = key or self._number
        given = {
            "marker": f"s.r.{key}/abc123",
            "client_id": UUID(int=(4 << 76) | (8 << 60) | key),
            "body": {},
            **values,
        }
        return Operation(number=self._number, verb=verb, object=object_name, **given)

    def written(self, *operations: Operation) -> list[str]:
        """Write, and the ids of what was written."""
        results = list(self.connector.write(operations))
        assert all(isinstance(each, Written) for each in results), results
        return [each.id for each in results if isinstance(each, Written)]

    def values(self, object_name: str, id_: str) -> dict[str, Any]:
        """A record as the connector reads it."""
        [record] = self.connector.read(object_name, [id_])
        return dict(record.values)


MakeDesk = Callable[..., Desk]


@contextmanager
def desk_of(options: dict[str, Any], settings: dict[str, Any]) -> Iterator[Desk]:
    sent: list[Sent] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith("/__sandbox__"):
                return await app(scope, receive, send)
            body = b""
            while (message := await receive())["type"] == "http.request":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            sent.append(Sent(scope["method"], scope["path"], scope["query_string"].decode(), body))
            waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

            async def again() -> Message:
                return waiting.pop() if waiting else {"type": "http.disconnect"}

            await app(scope, again, send)

        return noted

    simulator = TwentySandbox(TwentySandbox.Options(**{"limits": "lifted", **options}), SimulatedClock(0), None)
    with running(simulator, wrap=wrap) as served:
        given = {"base_url": served.base_url, "api_key": served.env["TWENTY_API_KEY"], "calls_per_minute": 100_000}
        chosen = Twenty.Settings(**{**given, **settings})
        clock = FakeClock()
        with ApiClient(
            Twenty.services(chosen)[0], ledger=Ledger(), budgets=MemoryBudgetStore(), clock=clock, share=1.0
        ) as api:
            for number in range(1, 1000):
                api.permit(f"schema-{number}", number)
            desk = Desk(served, Twenty(chosen, api), api, sent)
            try:
                yield desk
            finally:
                for other in desk.others:
                    other.close()


@pytest.fixture
def make_desk() -> Iterator[MakeDesk]:
    """Make a connector over a sandbox; `settings` go to the connector, the rest to the sandbox."""
    with ExitStack() as stack:

        def make(settings: dict[str, Any] | None = None, **options: Any) -> Desk:
            return stack.enter_context(desk_of(options, settings or {}))

        yield make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk()


@pytest.fixture(autouse=True)
def _no_keys_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TWENTY_")]:
        monkeypatch.delenv(name)
