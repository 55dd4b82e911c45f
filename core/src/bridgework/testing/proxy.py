"""A proxy in front of a running service: it breaks what a simulator would break by itself.

It waits out the service's own limit of calls, so that a test meets the faults it asked for and no others.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from bridgework.sandbox import CANNED, Canned, CommandRefused, SimulatedClock

# Headers that belong to one connection, or whose content the proxy changes.
_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host", "date"}
)


_TURNED_AWAY = 429
_PAUSE = 1.0  # seconds, where the service names no time
_PATIENCE = 45.0  # seconds; what takes longer is passed on, before the caller gives up


class NoOptions(BaseModel):
    """A proxy has no options."""


class Proxy:
    """Served like a simulator, so that every fault of `bridgework.sandbox` can be asked of it. It stores nothing."""

    name: ClassVar[str] = "proxy"
    Options: ClassVar[type[BaseModel]] = NoOptions
    horizon: ClassVar[int] = 0
    canned: ClassVar[Mapping[str, Canned]] = CANNED

    def __init__(self, service: str, clock: SimulatedClock, state: Path | None = None) -> None:
        """:param service: address of the service; the proxy answers below its own origin with the same paths."""
        self.clock = clock
        parts = urlsplit(service)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path.rstrip("/")
        https = parts.scheme == "https"  # a context that trusts somebody costs 20 ms
        self._tls = ssl.create_default_context() if https else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    @property
    def app(self) -> ASGIApp:
        """Passes every request on, once; a service that does not answer breaks the connection as it would directly."""
        return self._pass_on

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = b""
        while (message := await receive())["type"] == "http.request":
            content += message.get("body", b"")
            if not message.get("more_body"):
                break
        path = scope["raw_path"].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        headers = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in _HOP]
        url = f"{path}?{query}" if query else path
        async with httpx.AsyncClient(base_url=self._origin, timeout=60, trust_env=False, verify=self._tls) as client:
            answer = await _admitted(client, scope["method"], url, content=content, headers=headers)
        own = f"{scope['scheme']}://{dict(scope['headers']).get(b'host', b'').decode('latin-1')}"
        await send(
            {
                "type": "http.response.start",
                "status": answer.status_code,
                "headers": [
                    (name.lower().encode("latin-1"), value.replace(self._origin, own).encode("latin-1"))
                    for name, value in answer.headers.multi_items()
                    if name.lower() not in _HOP
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer.content.replace(self._origin.encode(), own.encode())})

    def environment(self) -> dict[str, str]:
        return {}

    def settings(self, base_url: str) -> list[str]:
        return [f"destination.base_url={base_url}{self.path}"]

    def state(self) -> dict[str, Any]:
        return {}

    def edit(self, object_name: str, record_id: str, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        raise CommandRefused("a proxy cannot edit what is stored behind it")

    def command(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        raise CommandRefused("a proxy knows no commands")

    def close(self) -> None:
        """No connection outlives its request."""


async def _admitted(client: httpx.AsyncClient, method: str, url: str, **sent: Any) -> httpx.Response:
    """The answer of the service, once its limit lets the request through. What it turns away it has not carried out."""
    waited = 0.0
    while True:
        answer = await client.request(method, url, **sent)
        pause = _pause(answer)
        if answer.status_code != _TURNED_AWAY or waited + pause > _PATIENCE:
            return answer
        await asyncio.sleep(pause)
        waited += pause


def _pause(answer: httpx.Response) -> float:
    """Seconds the service asks for."""
    asked = answer.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else _PAUSE
