"""A connector in front of a served sandbox, with every request written down."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bridgework.client import ApiClient, MemoryBudgetStore
from bridgework.clock import FakeClock
from bridgework.model import (
    Created,
    FieldType,
    FileContent,
    Operation,
    Present,
    Receipt,
    SchemaOperation,
    Verb,
    WriteResult,
    Written,
)
from bridgework.sandbox import Running, SimulatedClock, running
from bridgework_pipedrive import Pipedrive
from bridgework_pipedrive_sandbox import PipedriveSandbox

from ..openapi import ValidatingApp

OAUTH_SERVER = "POST /oauth/token: no such operation"  # another server, which the description leaves out


class Ledger:
    """Lets every number through once, as the journal does."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    def may_send(self, op: int) -> bool:
        return op not in self.sent

    def mark_sent(self, ops: Sequence[int]) -> None:
        self.sent += ops


class SharedClock(FakeClock):
    """Time that passes for the client and the sandbox alike."""

    def __init__(self, simulated: SimulatedClock) -> None:
        super().__init__(simulated.now())
        self._simulated = simulated

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._simulated.advance(max(0.0, seconds))


@dataclass
class Requests:
    """What reached the server, in order, as ``METHOD /path``; with the query in `queries`."""

    lines: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    checked: ValidatingApp | None = None
    tolerated: set[str] = field(default_factory=lambda: {OAUTH_SERVER})

    def wrap(self, app: Any) -> Any:
        checked = self.checked = ValidatingApp(app)

        async def noted(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                self.lines.append(f"{scope['method']} {scope['path']}")
                self.queries.append(scope["query_string"].decode())
            await checked(scope, receive, send)

        return noted

    @property
    def violations(self) -> list[str]:
        """What the official description finds wrong with the requests. Answers are the sandbox's affair."""
        assert self.checked is not None
        of_answer = re.compile(r"v[12] [A-Z]+ \S+ \d{3}: ")
        return [line for line in self.checked.violations if not of_answer.match(line) and line not in self.tolerated]

    def forgive(self) -> None:
        """The test made the connector ask for something impossible on purpose."""
        assert self.checked is not None
        self.checked.violations.clear()

    def taken(self) -> list[str]:
        """What came since the last look."""
        found, self.lines[:] = list(self.lines), []
        self.queries.clear()
        return found


@dataclass
class Account:
    """One sandbox account and the connector that loads it."""

    sandbox: Running
    api: ApiClient
    connector: Pipedrive
    requests: Requests
    ledger: Ledger
    clock: FakeClock
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def operation(self, object_name: str, marker: str = "", *, verb: Verb = Verb.CREATE, **body: Any) -> Operation:
        number = next(self.numbers)
        return Operation(
            number=number,
            verb=verb,
            object=object_name,
            marker=marker or f"src.rule.{number}/abc123",
            client_id=UUID(int=number),
            body=body,
            sent_after=datetime.fromisoformat(self.sandbox.now()) - timedelta(seconds=1),
        )

    def update(self, object_name: str, id_: str, marker: str = "src.rule.u/abc123", **body: Any) -> WriteResult:
        made = self.operation(object_name, marker, verb=Verb.UPDATE)
        operation = Operation(
            number=made.number, verb=Verb.UPDATE, object=object_name, marker=marker, client_id=made.client_id,
            body=body, target_id=id_,
        )  # fmt: skip
        return next(iter(self.connector.write([operation])))

    def write(self, *operations: Operation) -> list[WriteResult]:
        return list(self.connector.write(list(operations)))

    def create(self, object_name: str, marker: str = "", **body: Any) -> str:
        """Create one record; its id. Fails if it was refused."""
        [result] = self.write(self.operation(object_name, marker, **body))
        assert isinstance(result, Written), result
        return result.id

    def schema(self, operation: SchemaOperation) -> Created | Present:
        self.api.permit(operation, next(self.numbers))
        return self.connector.create_schema(operation)

    def field(self, object_name: str, name: str, type_: FieldType, *options: str, reference: str = "") -> Receipt:
        operation = SchemaOperation(
            kind="field", object=object_name, name=name, type=type_, options=options, reference=reference
        )
        return self.schema(operation).receipt

    def option(self, object_name: str, field: str, name: str, under: str = "") -> Receipt:
        operation = SchemaOperation(kind="option", object=object_name, field=field, name=name, under=under)
        return self.schema(operation).receipt

    def again(self) -> Pipedrive:
        """The same account seen by a new run."""
        return Pipedrive(self.connector.settings, self.api)


Make = Callable[..., Account]


@pytest.fixture
def account_with() -> Iterator[Make]:
    """Make an account whose sandbox has the given options; `settings` are those of the connector.

    At the end every request must have been as the official description says.
    """
    made: list[Requests] = []
    with ExitStack() as stack:

        def make(settings: dict[str, Any] | None = None, **options: Any) -> Account:
            sandbox = PipedriveSandbox(PipedriveSandbox.Options(**options), SimulatedClock(), None)
            requests = Requests()
            made.append(requests)
            served = stack.enter_context(running(sandbox, wrap=requests.wrap))
            announced = dict(item.split("=", 1) for item in served.set if item.startswith("destination."))
            own = {key.removeprefix("destination."): value for key, value in announced.items()}
            known = {key: value for key, value in own.items() if key in Pipedrive.Settings.model_fields}
            resolved = {key: served.env.get(value.removeprefix("env:"), value) for key, value in known.items()}
            given = {"visible_to": 3, **resolved, **(settings or {})}
            validated = Pipedrive.Settings.model_validate(given)
            clock, ledger = SharedClock(sandbox.clock), Ledger()
            [service] = Pipedrive.services(validated)
            api = stack.enter_context(
                ApiClient(service, ledger=ledger, budgets=MemoryBudgetStore(), clock=clock, jitter=lambda: 0.0)
            )
            return Account(served, api, Pipedrive(validated, api), requests, ledger, clock)

        yield make
    assert [line for requests in made for line in requests.violations] == []


@pytest.fixture
def account(account_with: Make) -> Account:
    """An account with the field for identities on persons, organizations and deals."""
    made = account_with()
    for name in ("organization", "person", "deal"):
        made.field(name, "Source id", FieldType.TEXT)
    made.requests.taken()
    return made


def file_content(name: str = "chart.pdf", content: bytes = b"%PDF-1.7 example") -> FileContent:
    """A small file."""
    import hashlib
    import io

    return FileContent(
        name=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="application/pdf",
        open=lambda: io.BytesIO(content),
    )
