"""Runs a simulator on a real socket: in the foreground for people, in a thread for tests."""

import asyncio
import secrets
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.types import ASGIApp

from bridgework.sandbox.contract import Sandbox
from bridgework.sandbox.control import TOKEN_HEADER, control_app
from bridgework.sandbox.faults import Fault, FaultPlan
from bridgework.sandbox.wire import CONTROL, Connections, Wire

Wrap = Callable[[ASGIApp], ASGIApp]

_KEEP_ALIVE_S = 75
_START_S = 30
_LOOK_S = 0.01
_PATIENCE_S = 5


@dataclass(frozen=True)
class Announcement:
    """The first line on stdout: all that a migration needs to run against this start of the simulator."""

    name: str
    base_url: str
    env: Mapping[str, str]
    set: list[str]

    def line(self) -> str:
        """The announcement as one line of JSON."""
        return orjson.dumps(
            {"name": self.name, "base_url": self.base_url, "env": dict(self.env), "set": self.set}
        ).decode()


class _Server(uvicorn.Server):
    """Stops within milliseconds of being asked: a test suite starts hundreds of these."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(_LOOK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        deadline = time.monotonic() + _PATIENCE_S
        while self.server_state.connections and not self.force_exit and time.monotonic() < deadline:
            await asyncio.sleep(0.001)


@dataclass
class _Service:
    sandbox: Sandbox
    port: int
    wrap: Wrap = lambda app: app
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def __post_init__(self) -> None:
        self.socket = _bound(self.port)
        connections = Connections()
        faults = FaultPlan()
        app = Wire(
            self.sandbox,
            self.wrap(self.sandbox.app),
            control_app(self.sandbox, self.token, faults),
            faults,
            connections,
        )
        self.server = _Server(
            uvicorn.Config(
                app,
                http=connections.protocol(_http_protocol()),
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,  # the wire writes the simulated date
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
            )
        )

    @property
    def announcement(self) -> Announcement:
        host, port = self.socket.getsockname()[:2]
        base_url = f"http://{host}:{port}"
        items = [
            f"run.speed={self.sandbox.clock.speed:.15g}",
            f"destination.base_url={base_url}",
            f"destination.sandbox_token={self.token}",
            f"destination.horizon={self.sandbox.horizon}",
            *self.sandbox.settings(base_url),
        ]
        return Announcement(self.sandbox.name, base_url, self.sandbox.environment(), items)

    async def run(self, on_ready: Callable[[], None]) -> None:
        serving = asyncio.ensure_future(self.server.serve(sockets=[self.socket]))
        while not self.server.started and not serving.done():
            await asyncio.sleep(0.005)
        if self.server.started:
            on_ready()
        await serving


def _bound(port: int) -> socket.socket:
    """A loopback socket that names its protocol: the event loop switches Nagle's delay off only for those."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        raise
    return bound


def _http_protocol() -> type[asyncio.Protocol]:
    """The faster parser where it is installed, else the one that always is."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol
    return HttpToolsProtocol


def serve(
    sandbox: Sandbox,
    *,
    port: int = 0,
    on_ready: Callable[[Announcement], None] | None = None,
) -> None:
    """Serve until interrupted (SIGINT, SIGTERM). The first line on stdout is the announcement as JSON.

    Raises OSError when the address cannot be bound.
    """
    service = _Service(sandbox, port)

    def ready() -> None:
        announcement = service.announcement
        sys.stdout.write(announcement.line() + "\n")
        sys.stdout.flush()
        if on_ready is not None:
            on_ready(announcement)

    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(service.run(ready))
    finally:
        service.socket.close()
        sandbox.close()


@dataclass(frozen=True)
class Running:
    """A simulator that is being served, and its controls."""

    base_url: str
    env: Mapping[str, str]
    set: list[str]
    token: str
    _control: httpx.Client

    def state(self) -> dict[str, Any]:
        """Everything it stores."""
        return self._table("GET", "state")

    def faults(self, *faults: Fault | Mapping[str, Any]) -> list[dict[str, Any]]:
        """Add faults (models, or mappings of the same form); without any, show those in force with their counts."""
        if not faults:
            method, body = "GET", None
        else:
            method, body = "POST", [each.model_dump() if isinstance(each, Fault) else dict(each) for each in faults]
        shown: list[dict[str, Any]] = self._ask(method, "faults", body)
        return shown

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._ask("DELETE", "faults")

    def edit(self, object_name: str, record_id: int | str, **fields: Any) -> dict[str, Any]:
        """A person changes fields of a record."""
        return self.act(object_name, record_id, "edit", **fields)

    def delete(self, object_name: str, record_id: int | str) -> dict[str, Any]:
        """A person deletes a record."""
        return self.act(object_name, record_id, "delete")

    def merge(self, object_name: str, record_id: int | str, into: int | str) -> dict[str, Any]:
        """A person merges a record into another one of its kind, which survives."""
        return self.act(object_name, record_id, "merge", into=into)

    def command(self, name: str, **arguments: Any) -> dict[str, Any]:
        """An event of this simulator's own kind."""
        return self._table("POST", f"command/{name}", arguments)

    def advance(self, seconds: float) -> str:
        """Skip simulated seconds; the new simulated time."""
        return str(self._table("POST", "clock", {"advance": seconds})["now"])

    def now(self) -> str:
        """The simulated time."""
        return str(self._table("GET", "clock")["now"])

    def act(self, object_name: str, record_id: int | str, action: str, **fields: Any) -> dict[str, Any]:
        """A person does what else the simulator knows: ``action`` is one of its own."""
        body = {"object": object_name, "id": record_id, "action": action, "fields": fields}
        return self._table("POST", "edit", body)

    def _table(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = self._ask(method, path, body)
        return found

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else orjson.dumps(body)
        answer = self._control.request(method, f"{CONTROL}/{path}", content=content)
        if answer.is_error:
            raise ValueError(f"the simulator refused the control request: {answer.text}")
        return orjson.loads(answer.content)


@contextmanager
def running(sandbox: Sandbox, *, wrap: Wrap = lambda app: app) -> Iterator[Running]:
    """Serve in a background thread on a free port of the loopback interface, for the length of the block.

    ``wrap`` may put an ASGI middleware around the simulator's application, inside the faults.
    """
    service = _Service(sandbox, 0, wrap)
    started = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(service.run(started.set)), name=f"sandbox {sandbox.name}")
    thread.start()
    try:
        if not started.wait(_START_S):
            raise RuntimeError("the simulator did not start")
        announcement = service.announcement
        with httpx.Client(
            base_url=announcement.base_url,
            headers={TOKEN_HEADER: service.token},
            timeout=30,
            trust_env=False,
            # loopback without TLS: a context that trusts nobody costs nothing to make
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        ) as control:
            yield Running(announcement.base_url, announcement.env, announcement.set, service.token, control)
    finally:
        service.server.should_exit = True
        thread.join()
        service.socket.close()
        sandbox.close()
