"""Two unfriendly middle boxes, made independently of each other and of the simulator.

`Cutter` knows nothing of HTTP: it cuts connections after some bytes in either direction, resets them, lets them hang,
drips. `Gateway` reads whole requests and answers as gateways do when they give up: before or after the service has
carried the request out.
"""

from __future__ import annotations

import http.client
import random
import select
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

EXCHANGE = 2_000  # bytes of a request and its answer, about
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST instead of FIN


class Cutter:
    """A TCP proxy. `rate` is about the part of exchanges that meet a misfortune; no connection is spared for ever."""

    def __init__(self, base_url: str, *, seed: int, rate: float) -> None:
        address = urlsplit(base_url)
        self._target = (address.hostname or "", address.port or 80)
        self._path = address.path
        self._chance = random.Random(seed)
        self._rate = rate
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()
        self.counts: Counter[str] = Counter()

    @property
    def base_url(self) -> str:
        """What to write into migration.toml."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}{self._path}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            kind = self._chance.choice(("cut going", "swallowed", "cut coming", "drip"))
            if self._chance.random() < self._rate / 2:
                kind = self._chance.choice(("reset at once", "hang"))
            self.counts[kind] += 1
            limit = int(self._chance.expovariate(self._rate / EXCHANGE))
            self._start(self._carry, client, kind, limit, self._chance.random() < 0.5)

    def _carry(self, client: socket.socket, kind: str, limit: int, reset: bool) -> None:
        with client:
            if kind != "reset at once":
                with suppress(OSError), socket.create_connection(self._target) as service:
                    self._pump(client, service, kind, limit)
            if reset or kind == "reset at once":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def _pump(self, client: socket.socket, service: socket.socket, kind: str, limit: int) -> None:
        going = coming = 0
        while not self._ended.is_set():
            ready, _, _ = select.select([client, service], [], [], 0.2)
            if client in ready:
                if kind == "hang":
                    self._ended.wait(0.3)
                    return
                data = client.recv(65_536)
                if not data:
                    return
                if kind == "cut going" and going + len(data) > limit:
                    service.sendall(data[: max(0, limit - going)])
                    return
                going += len(data)
                service.sendall(data)
            if service in ready:
                data = service.recv(65_536)
                if not data or (kind in ("swallowed", "drip") and going + coming > limit):
                    return
                if kind == "cut coming" and coming + len(data) > limit:
                    client.sendall(data[: max(0, limit - coming)])
                    return
                coming += len(data)
                self._give(client, data, drip=kind == "drip")

    def _give(self, client: socket.socket, data: bytes, *, drip: bool) -> None:
        for part in (data[at : at + 7] for at in range(0, 70, 7)) if drip else ():
            client.sendall(part)
            self._ended.wait(0.002)
        client.sendall(data[70:] if drip else data)


class Gateway:
    """A reverse proxy that gives up now and then. `rate` is the part of requests that meet a misfortune."""

    def __init__(self, base_url: str, *, seed: int, rate: float) -> None:
        target = urlsplit(base_url)
        chance, lock = random.Random(seed), threading.Lock()
        counts: Counter[str] = Counter()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _relay(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                with lock:
                    unlucky = chance.random() < rate
                    kind = chance.choice(_GIVING_UP) if unlucky else "clean"
                    counts[kind] += 1
                if kind in ("502 before", "closed before"):
                    return self._give_up(kind)
                status, headers, body = self._forward(content)
                if kind != "clean":
                    return self._give_up(kind, status, headers, body)
                self._answer(status, headers, body)

            def _forward(self, content: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
                connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=20)
                try:
                    named = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
                    connection.request(self.command, self.path, content or None, named)
                    answer = connection.getresponse()
                    skipped = ("transfer-encoding", "connection", "content-length")
                    headers = [each for each in answer.getheaders() if each[0].lower() not in skipped]
                    return answer.status, headers, answer.read()
                finally:
                    connection.close()

            def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, cut: int = 0) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - cut])

            def _give_up(self, kind: str, status: int = 0, headers: Any = (), body: bytes = b"") -> None:
                self.close_connection = True
                page = [("content-type", "text/html")]
                if kind in ("502 before", "502 after", "504 after"):
                    self._answer(int(kind[:3]), page, b"<html><h1>Bad gateway</h1></html>")
                elif kind == "login page":
                    self._answer(200, page, b"<html><form>Sign in</form></html>")
                elif kind == "nothing":
                    self._answer(200, headers, b"")
                elif kind == "half":
                    self._answer(status, headers, body, cut=max(1, len(body) // 2))
                elif kind == "half open":  # the sending side is closed, the other one is not
                    self.connection.shutdown(socket.SHUT_WR)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _relay

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # the client went away: that happens

        self.counts = counts
        self._server = Server(("127.0.0.1", 0), Handler)
        self._path = target.path
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def base_url(self) -> str:
        """What to write into migration.toml."""
        return f"http://127.0.0.1:{self._server.server_port}{self._path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


_GIVING_UP = (
    "502 before", "closed before", "502 after", "504 after", "login page", "nothing", "half", "half open", "closed",
)  # fmt: skip
