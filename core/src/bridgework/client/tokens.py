"""Short-lived tokens: fetched from a token endpoint, renewed when they run out, by one thread for all.

OAuth 2.0 as RFC 6749 has it: a form is posted, a JSON object with `access_token` comes back, perhaps with `expires_in`
(seconds) and a `refresh_token` that replaces the one that was posted.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from bridgework.client.addresses import Origin
from bridgework.client.answers import Unreadable, parse
from bridgework.client.calls import Headers
from bridgework.client.halts import not_granted
from bridgework.client.wire import Failure, Wire
from bridgework.clock import Clock
from bridgework.errors import StopRun
from bridgework.model import SignedIn, SignIn

ATTEMPTS = 6
EARLY = 60.0  # seconds before its end at which a token is renewed
_MAX_BODY = 1024 * 1024
_REFUSED = frozenset({400, 401, 403})


class Tokens:
    """The token of one service. Thread-safe; one renewal at a time, the others wait for its result."""

    def __init__(
        self, sign_in: SignIn, clock: Clock, transport: httpx.BaseTransport | None, ca_file: str | None
    ) -> None:
        self._origin = Origin(sign_in.url, sign_in.hosts)
        self._sign_in = sign_in
        self._clock = clock
        self._form = dict(sign_in.form)
        self._headers = Headers(sign_in.headers, self._origin).of(None, json=False)
        self._wire = Wire(
            self._origin, timeout=30.0, max_body=_MAX_BODY, connections=1, transport=transport, ca_file=ca_file
        )
        self._lock = threading.Lock()
        self._number = 0
        self._header: Mapping[str, str] = {}
        self._ends = float("inf")
        self._fresh = False  # no call was accepted with it yet
        self._after_refusal = False
        self._signed_in: SignedIn | None = None

    @property
    def signed_in(self) -> SignedIn | None:
        """How the newest token was granted; None before the first."""
        return self._signed_in

    def current(self) -> tuple[int, Mapping[str, str]]:
        """Number and header of a token that is valid as far as we know.

        :raises AccessDenied: the endpoint refuses us. StopRun: it does not answer.
        """
        with self._lock:
            if not self._header or self._clock.monotonic() >= self._ends - EARLY:
                self._fetch()
            return self._number, self._header

    def accepted(self, number: int) -> None:
        """A call with that token was let in."""
        if number == self._number:
            self._fresh = self._after_refusal = False

    def refused(self, number: int) -> bool:
        """A call with that token was answered 401. False if a token that was just renewed is refused, too."""
        with self._lock:
            if number != self._number or not self._header:
                return True  # another thread has met that before
            if self._fresh and self._after_refusal:
                return False
            self._header, self._after_refusal = {}, True
            return True

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _fetch(self) -> None:
        granted = self._granted()
        lasts = granted.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | str) and str(lasts).isdecimal() else float("inf")
        self._ends = self._clock.monotonic() + max(seconds, 2 * EARLY)
        self._signed_in = self._standing(granted, seconds)
        kind = self._sign_in.scheme
        self._header = {self._sign_in.header: f"{kind} {granted['access_token']}".strip()}
        self._number += 1
        self._fresh = True
        rotated = granted.get("refresh_token")
        if isinstance(rotated, str) and rotated and rotated != self._form.get("refresh_token"):
            if "refresh_token" in self._form:
                self._form["refresh_token"] = rotated
            if self._sign_in.rotated is not None:
                self._sign_in.rotated(rotated)

    def _standing(self, granted: Mapping[str, Any], seconds: float) -> SignedIn:
        since = self._clock.now()
        try:
            until = since + timedelta(seconds=seconds)
        except OverflowError:
            until = None
        shown = {name: text for name in self._sign_in.shows if isinstance(text := granted.get(name), str)}
        return SignedIn(since=since, until=until, shown=shown)

    def _granted(self) -> Mapping[str, Any]:
        """What the endpoint grants; it is asked again while it fails, for a few minutes."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._clock.sleep(2.0**attempt)
            try:
                reply = self._wire.call("POST", self._sign_in.url, self._headers, form=self._form)
                body = parse(reply.body) if reply.body else None
            except (Failure, Unreadable):
                continue
            if reply.status in _REFUSED:
                raise not_granted(self._origin.host, reply.status, body, renews="refresh_token" in self._form)
            if reply.status == httpx.codes.OK and isinstance(body, dict) and isinstance(body.get("access_token"), str):
                return body
        raise StopRun(
            f"{self._origin.host} gives no token.",
            cause="unreachable",
            next_step="check the connection and the service, then run the same command again",
        )
