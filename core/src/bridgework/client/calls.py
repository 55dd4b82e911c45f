"""A request that is ready to be sent: address, headers, body and price."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlencode

import httpx

from bridgework.client.addresses import Origin
from bridgework.client.bodies import to_json
from bridgework.errors import SettingsError
from bridgework.model import Value

Params = Mapping[str, Any]


@dataclass(slots=True)
class Call:
    """One request. What the retry of reads remembers of it stands at the end."""

    verb: str
    url: str
    headers: httpx.Headers
    charges: Mapping[str, int]
    accept: Collection[int]
    content: bytes | None = None
    form: Params | None = None
    files: Any = None
    size: int = 0
    sent: Value = None  # what the answer may quote
    sink: IO[bytes] | None = None
    most: int | None = None  # bytes the answer may have, None: as all answers
    operations: tuple[int, ...] = ()  # empty for reads, and for requests that leave nothing visible
    writes: bool = False
    began: float = 0.0
    throttled: int = 0
    token: int = 0  # number of the token it was sent with

    def rewind(self) -> None:
        """Make streams ready to be sent, or filled, from their beginning."""
        if self.sink is not None:
            self.sink.seek(0)
            self.sink.truncate()
        for stream in _streams(self.files):
            if stream.seekable():
                stream.seek(0)


class Headers:
    """The headers of every request of a service, made once.

    :raises SettingsError: one of them cannot be sent. The transport's own complaint would quote it, secret or not.
    """

    def __init__(self, own: Mapping[str, str], origin: Origin) -> None:
        fixed = {
            "host": origin.root.partition("://")[2],
            "user-agent": "bridgework",
            "accept": "application/json",
            "accept-encoding": "gzip",
        }
        self._plain = httpx.Headers({**fixed, **_checked(own)})
        self._json = httpx.Headers({**self._plain, "content-type": "application/json"})

    def of(self, more: Params | None, *, json: bool) -> httpx.Headers:
        """Those of one request, with what it adds or replaces."""
        headers = self._json if json else self._plain
        return httpx.Headers({**headers, **_checked(more)}) if more else headers


def body_of(json: Value, content: bytes | None) -> bytes | None:
    """The bytes of a body. Raises Unwritable."""
    return content if json is None else to_json(json)


def with_params(url: str, params: Params | None) -> str:
    """The URL with query parameters, in their order: None is left out, a list repeats the name, True is `true`."""
    flat = [
        (name, str(one).lower() if isinstance(one, bool) else str(one))
        for name, value in (params or {}).items()
        for one in (value if isinstance(value, list | tuple) else (value,))
        if one is not None
    ]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(flat)}" if flat else url


def size_of(content: bytes | None, files: Any) -> int:
    """Bytes of the body, as far as its streams tell."""
    total = len(content or b"")
    for stream in _streams(files):
        if stream.seekable():
            total += stream.seek(0, os.SEEK_END)
            stream.seek(0)
    return total


def _checked(headers: Params) -> dict[str, str]:
    found = {str(name).lower(): str(value) for name, value in headers.items()}
    for name, value in found.items():
        if not (name.isascii() and value.isascii() and value.isprintable() and value == value.strip()):
            raise SettingsError(
                f"The header {name!a} holds characters that no header may hold.",
                next_step="copy the secret again, without blanks and line ends",
            )
    return found


def _streams(files: Any) -> Iterator[IO[bytes]]:
    parts = files.values() if isinstance(files, Mapping) else [part for _, part in files or ()]
    for part in parts:
        stream = part[1] if isinstance(part, tuple) else part
        if hasattr(stream, "read"):
            yield stream
