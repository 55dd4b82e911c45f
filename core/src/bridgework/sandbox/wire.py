"""Stands between the socket and the simulator: control requests, faults, real connection losses, the Date header."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridgework.sandbox.contract import CANNED, Canned, Sandbox
from bridgework.sandbox.faults import Fault, FaultPlan

CONTROL = "/__sandbox__"


class Connections:
    """The open transports by peer address, so that a fault can cut the connection of one request."""

    def __init__(self) -> None:
        self._open: dict[Any, asyncio.Transport] = {}

    def protocol(self, base: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
        """``base`` (a protocol class of the server), which tells this register when connections come and go."""
        connections = self

        class Registered(base):  # type: ignore[valid-type, misc]  # which class it is the server decides
            def connection_made(self, transport: Any) -> None:
                self._peer = transport.get_extra_info("peername")
                connections._open[self._peer] = transport
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections._open.pop(self._peer, None)
                super().connection_lost(exc)

        return Registered

    def of(self, scope: Scope) -> asyncio.Transport | None:
        client = scope.get("client")
        return self._open.get(tuple(client)) if client else None


@dataclass
class _Captured:
    """An answer of the simulator, kept instead of sent."""

    start: Message | None = None
    body: bytearray = field(default_factory=bytearray)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self.start["headers"]) if self.start else []


@dataclass(order=True)
class _Late:
    due: float
    number: int
    run: Callable[[], Any] = field(compare=False)


class Wire:
    """ASGI application around a simulator's own."""

    def __init__(self, sandbox: Sandbox, app: ASGIApp, control: ASGIApp, faults: FaultPlan, open_: Connections) -> None:
        self._app = app
        self._control = control
        self._clock = sandbox.clock
        self._canned = {**CANNED, **sandbox.canned}
        self._faults = faults
        self._connections = open_
        self._late: list[_Late] = []
        self._sleepers: set[asyncio.Task[None]] = set()
        self._counter = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await self._run_late()
        if scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            # a control request may have moved the clock past a late commit: nobody may look at the state before it
            await self._run_late()
            return
        dated = self._dated(send)
        fault = self._faults.due(scope["method"], scope["path"]) if self._faults else None
        if fault is None:
            await self._app(scope, receive, dated)
        else:
            await self._misfortune(fault, scope, receive, dated)

    def _dated(self, send: Send) -> Send:
        async def with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._clock.now().timestamp(), usegmt=True).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
            await send(message)

        return with_date

    async def _misfortune(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            return
        if fault.kind == "late_commit":
            self._commit_later(fault.seconds, scope, body)
            await self._cut(scope, receive)
        elif fault.kind in ("drop_before", "drop_after"):
            await self._execute(fault, scope, body)
            await self._cut(scope, receive)
        elif fault.kind == "truncated":
            await self._truncate(await self._execute(fault, scope, body), scope, receive, send)
        elif fault.kind == "duplicate":
            await self._twice(fault, scope, body, send)
        elif fault.kind == "wrong_content_type" and fault.executes:
            await self._mislabelled(fault, await self._call(scope, body), send)
        elif fault.kind == "slow":
            await self._answer_slowly(fault, scope, body, send)
        else:
            await self._execute(fault, scope, body)
            await self._answer(fault, send)

    async def _call(self, scope: Scope, body: bytes) -> _Captured:
        captured = _Captured()
        await self._app(dict(scope), _replay(body), captured.send)
        return captured

    async def _execute(self, fault: Fault, scope: Scope, body: bytes) -> _Captured:
        return await self._call(scope, body) if fault.executes else _Captured()

    async def _twice(self, fault: Fault, scope: Scope, body: bytes, send: Send) -> None:
        first = await self._call(scope, body)
        if fault.seconds:
            self._commit_later(fault.seconds, scope, body)
        else:
            await self._call(scope, body)
        await _pass_on(first, send)

    async def _mislabelled(self, fault: Fault, captured: _Captured, send: Send) -> None:
        if captured.start is None:
            raise RuntimeError("the simulator gave no answer")
        changed = {"content-type": "text/html; charset=UTF-8", **_lowered(fault.headers)}
        kept = [(name, value) for name, value in captured.headers() if name.decode("latin-1").lower() not in changed]
        captured.start["headers"] = kept + _raw(changed)
        await _pass_on(captured, send)

    async def _answer_slowly(self, fault: Fault, scope: Scope, body: bytes, send: Send) -> None:
        if fault.commits:
            captured = await self._call(scope, body)
            await self._clock.sleep(fault.seconds)
        else:
            await self._clock.sleep(fault.seconds)
            captured = await self._call(scope, body)
        await _pass_on(captured, send)

    async def _answer(self, fault: Fault, send: Send) -> None:
        canned: Canned = self._canned[fault.kind]
        body = (canned.body if fault.body is None else fault.body).encode()
        headers = {**canned.headers, **_lowered(fault.headers)}
        if fault.kind == "storm_429" and fault.seconds:
            headers["retry-after"] = f"{fault.seconds:g}"
        headers["content-length"] = str(len(body))
        status = fault.status or canned.status
        await send({"type": "http.response.start", "status": status, "headers": _raw(headers)})
        await send({"type": "http.response.body", "body": body})

    async def _truncate(self, captured: _Captured, scope: Scope, receive: Receive, send: Send) -> None:
        if captured.start is not None and captured.body:  # an answer without a body has no middle
            await send(captured.start)
            await send(
                {
                    "type": "http.response.body",
                    "body": bytes(captured.body[: len(captured.body) // 2]),
                    "more_body": True,
                }
            )
        await self._cut(scope, receive, politely=True)

    async def _cut(self, scope: Scope, receive: Receive, *, politely: bool = False) -> None:
        """Close the connection under the request and wait until the server has noticed."""
        transport = self._connections.of(scope)
        if transport is None:
            raise RuntimeError("a connection fault needs a served simulator: no transport for this request")
        if politely:
            transport.close()  # what was written still leaves
        else:
            transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass

    def _commit_later(self, seconds: float, scope: Scope, body: bytes) -> None:
        self._counter += 1
        scope = dict(scope)
        self._late.append(_Late(self._clock.monotonic() + seconds, self._counter, lambda: self._call(scope, body)))
        sleeper = asyncio.create_task(self._wake(seconds))
        self._sleepers.add(sleeper)
        sleeper.add_done_callback(self._sleepers.discard)

    async def _wake(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._run_late()

    async def _run_late(self) -> None:
        while self._late and (first := min(self._late)).due <= self._clock.monotonic():
            self._late.remove(first)
            await first.run()


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when the client left before it was complete."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _pass_on(captured: _Captured, send: Send) -> None:
    if captured.start is None:
        raise RuntimeError("the simulator gave no answer")
    await send(captured.start)
    await send({"type": "http.response.body", "body": bytes(captured.body)})
