"""One request over the wire, once: no redirect, no repetition, no proxy of the environment, bounded in bytes and time.

The deadlines here run on the machine's own clock: a network does not become faster because a rehearsal does.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import IO, Any

import httpcore
import httpx

from bridgework.client.addresses import Origin
from bridgework.errors import StoreFailure

# Their lines carry whole URLs, and those carry ids and search texts.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)

_CONNECT_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 15.0  # shorter than servers keep idle connections: a reused dead one puts a write in doubt
_SLOWEST = 50_000  # bytes per second a long upload or download must make at least
_HEAD = 8192  # bytes; longer pieces are sent at once
_GZIP = zlib.MAX_WBITS | 16


class Failure(Exception):
    """No (whole) answer. `left` is false when the request surely never reached the service, `untrusted` says that
    whoever answered there could not prove to be the service.

    The text is a class of fault: the texts of transport errors can quote what the server sent.
    """

    def __init__(self, reason: str, *, left: bool, timed_out: bool = False, untrusted: bool = False) -> None:
        super().__init__(reason)
        self.untrusted = untrusted
        self.reason = reason
        self.left = left
        self.timed_out = timed_out


class Reply:
    """Status, headers (names in lower case) and decoded body of an answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


_parsed = lru_cache(64)(httpx.URL)  # writes go to few addresses, and parsing one takes a tenth of a request


class Wire:
    """One httpx transport for one origin. Thread-safe."""

    def __init__(
        self,
        origin: Origin,
        *,
        timeout: float,
        max_body: int,
        connections: int,
        transport: httpx.BaseTransport | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._timeout = timeout
        self._max_body = max_body
        self._deadline = _Deadline()
        if transport is None:
            transport = _OneShotTransport(_tls(origin, ca_file), connections, self._deadline)
        # Used without httpx's client: redirects, cookies, hooks and authentication are not wanted, and cost more than
        # the request itself.
        self._transport = transport
        phases = {"connect": min(_CONNECT_SECONDS, timeout), "read": timeout, "write": timeout, "pool": timeout}
        self._extensions = {"timeout": phases}

    def call(
        self,
        method: str,
        url: str,
        headers: httpx.Headers,
        *,
        content: bytes | None = None,
        form: Mapping[str, Any] | None = None,
        files: Any = None,
        size: int = 0,
        sink: IO[bytes] | None = None,
        most: int | None = None,
    ) -> Reply:
        """Send one request and read the whole answer.

        :param size: bytes of a large body; its transfer gets time in proportion.
        :param sink: takes the body of a 2xx answer as it comes.
        :param most: bytes of a decoded body that are accepted, if not those of all answers.
        :raises Failure: there is no whole answer.
        :raises StoreFailure: the sink cannot be written.
        """
        self._deadline.start(self._timeout + size / _SLOWEST)
        try:
            request = httpx.Request(
                method,
                _parsed(url),
                headers=headers,
                content=content,
                data=form,
                files=files,
                extensions=self._extensions,
            )
            response = self._transport.handle_request(request)
            try:
                return self._read(response, sink, self._max_body if most is None else most)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as fault:
            timed_out = isinstance(fault, httpx.TimeoutException)
            raise Failure(_name(fault), left=False, timed_out=timed_out, untrusted=_untrusted(fault)) from None
        except (httpx.TimeoutException, TimeoutError) as fault:
            raise Failure(_name(fault), left=True, timed_out=True) from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, ValueError) as fault:
            raise Failure(_name(fault), left=True) from None

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _read(self, response: httpx.Response, sink: IO[bytes] | None, most: int) -> Reply:
        headers = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers.raw}
        to_sink = sink if response.is_success else None
        if response.is_stream_consumed:  # a transport without a network answers with a whole body
            decoded: Iterable[bytes] = (response.content,)
        else:
            decoded = _decoded(response.iter_raw(), headers.get("content-encoding", "").lower(), most)
        parts: list[bytes] = []
        total = 0
        for part in decoded:
            total += len(part)
            if total > most:
                raise Failure("answer too large", left=True)
            if to_sink is not None:
                self._deadline.extend(len(part) / _SLOWEST)
                _store(part, to_sink)
            else:
                parts.append(part)
            self._deadline.check()
        return Reply(response.status_code, headers, b"".join(parts))


def _store(part: bytes, sink: IO[bytes]) -> None:
    try:
        sink.write(part)
    except OSError:
        raise StoreFailure("A downloaded file cannot be written.", next_step="Free space and run again.") from None


def _decoded(chunks: Iterable[bytes], encoding: str, most: int) -> Iterable[bytes]:
    """Decode while streaming, never more than `most` bytes from one piece: a small answer may unpack to gigabytes."""
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip"):
        raise Failure("answer in an encoding that was not asked for", left=True)
    unpack = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            yield unpack.decompress(chunk, most + 1)  # what is longer is refused by who counts
        yield unpack.flush()
    except zlib.error:
        raise Failure("answer damaged", left=True) from None
    if not unpack.eof:
        raise Failure("answer cut off", left=True)


def _untrusted(fault: BaseException | None) -> bool:
    """Whether a certificate was refused; the reason lies below what httpx and httpcore raise."""
    while fault is not None:
        if isinstance(fault, ssl.SSLCertVerificationError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _name(fault: Exception) -> str:
    return type(fault).__name__


def _tls(origin: Origin, ca_file: str | None) -> ssl.SSLContext:
    if origin.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; a real one costs 20 ms
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context(trust_env=False)


class _Deadline(threading.local):
    """The moment at which this thread's request must be over."""

    at: float = float("inf")

    def start(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        self.at += seconds

    def left(self, at_most: float | None) -> float:
        rest = self.at - time.monotonic()
        return rest if at_most is None else min(rest, at_most)

    def check(self) -> None:
        if self.left(None) <= 0:
            raise Failure("deadline", left=True, timed_out=True)


class _OneShotTransport(httpx.HTTPTransport):
    """httpx's transport over a pool whose sockets know the deadline of the whole request.

    Timeouts of httpx hold per read: a server that sends a byte every few seconds would keep us forever.
    """

    def __init__(self, tls: ssl.SSLContext, connections: int, deadline: _Deadline) -> None:
        super().__init__(verify=tls, trust_env=False, retries=0)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            retries=0,
            network_backend=_Backend(deadline),
        )


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection that sends the head of a request together with the beginning of its body.

    Each write wakes the other side, which has little use for a head alone.
    """

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self._head = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._head:
            with suppress(httpcore.WriteError):  # as httpcore does: the answer may have been given before
                self.write(b"", timeout)
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer and not self._head and len(buffer) < _HEAD:
            self._head = buffer
            return
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout
        buffer, self._head = self._head + buffer, b""
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
