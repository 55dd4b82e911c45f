"""What the tests of the client share: a ledger, a service on paper, and a real server that breaks in chosen ways."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest

from bridgework.client import ApiClient, MemoryBudgetStore
from bridgework.clock import FakeClock
from bridgework.model import Operation, Service, Verb


class TestLedger:
    """Allows what was intended, once; remembers what was marked."""

    __test__ = False

    def __init__(self, intended: Sequence[int] = range(1, 100_000)) -> None:
        self.intended = set(intended)
        self.sent: list[int] = []
        self.fails = False

    def may_send(self, op: int, /) -> bool:
        return op in self.intended

    def mark_sent(self, ops: Sequence[int], /) -> None:
        if self.fails:
            raise OSError("no space left")
        self.intended -= set(ops)
        self.sent.extend(ops)


def _operation(number: int = 1) -> Operation:
    names = {"marker": f"s.r.{number}/abc", "client_id": UUID(int=number)}
    return Operation(number=number, verb=Verb.CREATE, object="person", body={}, **names)


@pytest.fixture
def operation() -> Callable[..., Operation]:
    """Makes operations by number."""
    return _operation


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger() -> TestLedger:
    return TestLedger()


@pytest.fixture
def make_client(clock: FakeClock, ledger: TestLedger) -> Iterator[Callable[..., ApiClient]]:
    """Makes clients: `answer` is what the service does with a request; the other arguments go to client or service."""
    made: list[ApiClient] = []

    def make(answer: Callable[[httpx.Request], httpx.Response] | None = None, **options: Any) -> ApiClient:
        service_options = {
            name: options.pop(name)
            for name in ("base_url", "headers", "sign_in", "charges", "learn", "throttle", "judge", "timeout", "hosts")
            if name in options
        }
        service = Service(
            **{"base_url": "https://example.test/api", **service_options}, budgets=options.pop("limits", ())
        )
        if answer is not None:
            options["transport"] = httpx.MockTransport(answer)
        settings = {"ledger": ledger, "budgets": MemoryBudgetStore(), "clock": clock, "jitter": lambda: 0.5, **options}
        client = ApiClient(service, **settings)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@dataclass
class BrokenServer:
    """A real server on a loopback port. `script` holds one behaviour per request; the last one stays."""

    listener: socket.socket
    script: list[Callable[[socket.socket], None]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))  # one for each closed connection

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while request := _one_request(connection):
                self.requests.append(request)
                behave = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if behave(connection) is False:
                    break
        self.ended.release()


def _one_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        if not (more := connection.recv(65536)):
            return b""
        body += more
    return head + b"\r\n\r\n" + body


@pytest.fixture
def server() -> Iterator[BrokenServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    broken = BrokenServer(listener)
    thread = threading.Thread(target=broken.serve, daemon=True)
    thread.start()
    yield broken
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
