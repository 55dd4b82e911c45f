"""One request: it is let in, sent once, and what came back is sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar

import httpx

from bridgework.client.admission import Admission, Ticket
from bridgework.client.answers import Answer, Unreadable, parse
from bridgework.client.calls import Call
from bridgework.client.counts import Tally
from bridgework.client.halts import HALTING, refused_read, stopped, untrusted
from bridgework.client.permits import Permits
from bridgework.client.retry_after import instant, retry_after
from bridgework.client.tokens import Tokens
from bridgework.client.verdicts import Meaning, explain, meaning
from bridgework.client.wire import Failure, Reply, Wire
from bridgework.clock import Clock
from bridgework.errors import BridgeworkError, NotSent
from bridgework.model import Service, Throttle, Value, Verdict

Heard = TypeVar("Heard")


class Exchange:
    """Sends calls to one service and says what the answers mean. Thread-safe.

    `reached` is whether the service has ever answered.
    """

    def __init__(
        self,
        service: Service,
        host: str,
        clock: Clock,
        *,
        admission: Admission,
        permits: Permits,
        tally: Tally,
        tokens: Tokens | None,
        wire: Wire,
    ) -> None:
        self._service = service
        self._host = host
        self._clock = clock
        self._admission = admission
        self._permits = permits
        self._tally = tally
        self._tokens = tokens
        self._wire = wire
        self.reached = False
        self._heard: tuple[str, datetime] | None = None  # the newest Date header, and our clock when it came

    @property
    def ahead(self) -> timedelta | None:
        """How far the service's clock is ahead of ours, by the newest answer; None before one with a date."""
        if self._heard is None or (theirs := instant(self._heard[0])) is None:
            return None
        return theirs - self._heard[1]

    def once(self, call: Call) -> tuple[Meaning, Answer]:
        """Send once and sort what came back. Raises Failure if nothing whole did."""
        call.rewind()
        token: Mapping[str, str] = {}
        if self._tokens is not None:
            call.token, token = self._tokens.current()
        ticket = self._admission.enter(call.charges)
        try:
            self._permits.mark_sent(call.operations)
            self._tally.request("writes" if call.writes else "reads", call.charges)
            return self._sort(call, self._carry(call, ticket, token), ticket)
        finally:
            self._admission.leave(ticket)

    def _carry(self, call: Call, ticket: Ticket, token: Mapping[str, str]) -> Reply:
        try:
            reply = self._wire.call(
                call.verb,
                call.url,
                httpx.Headers({**call.headers, **token}) if token else call.headers,
                content=call.content,
                form=call.form,
                files=call.files,
                size=call.size,
                sink=call.sink,
                most=call.most,
            )
        except Failure as failure:
            ticket.never_left, ticket.overloaded = not failure.left, failure.timed_out
            if failure.untrusted:
                self._halt(untrusted, call)
            self.reached = self.reached or failure.left
            raise
        self.reached = True
        if date := reply.headers.get("date"):
            self._heard = date, self._clock.now()
        return reply

    def _sort(self, call: Call, reply: Reply, ticket: Ticket) -> tuple[Meaning, Answer]:
        body, readable = _parsed(call, reply)
        throttle = _heard(explain, reply.status, reply.headers, self._service.throttle)
        judged = self._judged(reply.status, body, readable=readable)
        throttle = judged if isinstance(judged, Throttle) else throttle
        found = meaning(
            reply.status,
            is_json=readable,
            throttled_before=self._admission.throttled,
            throttle=throttle,
            refused=judged is Verdict.REJECTED,
        )
        if self._service.learn is not None:
            self._admission.learn(_heard(self._service.learn, reply.headers), ticket)
        if found is Meaning.ACCEPTED and not readable:
            raise Failure("unreadable answer", left=True)  # it does not say what became of the call
        if found is Meaning.THROTTLED and throttle is not None:
            self._throttled(throttle, call, reply, ticket)
        if self._tokens is not None:
            if found is Meaning.DENIED and self._tokens.refused(call.token):
                found = Meaning.EXPIRED
            elif found is Meaning.ACCEPTED:
                self._tokens.accepted(call.token)
        if found in HALTING:
            self._halt(HALTING[found], call)
        ticket.clean = found in (Meaning.ACCEPTED, Meaning.REJECTED)
        ticket.overloaded = ticket.overloaded or reply.status in (408, 504)
        unexpected = found is Meaning.REJECTED and not call.writes and reply.status not in call.accept
        refused = partial(refused_read, self._host) if unexpected else None
        ok = found is Meaning.ACCEPTED
        return found, Answer(reply.status, body, reply.headers, ok=ok, sent=call.sent, refused=refused)

    def _judged(self, status: int, body: Value, *, readable: bool) -> Throttle | Verdict | None:
        """What the connector reads in a body whose status does not tell the truth."""
        if self._service.judge is None or not readable or status in (401, 402):
            return None
        return _heard(self._service.judge, status, body)

    def _throttled(self, throttle: Throttle, call: Call, reply: Reply, ticket: Ticket) -> None:
        self._tally.add("throttled")
        ticket.overloaded = True
        if throttle.stop:
            self._halt(stopped(throttle.stop), call)
        self._admission.learn(throttle.learned, ticket)
        self._admission.throttle(throttle, retry_after(reply.headers, self._clock.now()))

    def _halt(self, error: Callable[[str], BridgeworkError], call: Call) -> NoReturn:
        """Stop this call and every later one; the cause tells the engine that nothing was done."""
        host = self._host
        self._admission.halt(lambda: error(host))
        if not call.operations:
            raise error(host)
        self._tally.verdict(Verdict.NOT_SENT)
        raise error(host) from NotSent("Refused before anything was done.", operations=call.operations)


def _heard(listen: Callable[..., Heard], *heard: Any) -> Heard:
    """Ask the connector what headers mean. Where it fails nobody knows what came back: the call has left already."""
    try:
        return listen(*heard)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
        raise Failure(f"the connector could not read the headers: {type(fault).__name__}", left=True) from None


def _parsed(call: Call, reply: Reply) -> tuple[Value, bool]:
    """The body, and whether the answer is readable. An empty body is readable where none belongs."""
    accepted = 200 <= reply.status < 300
    if call.sink is not None and accepted:
        return None, True
    if not reply.body:
        return None, not accepted or reply.status in (204, 205) or (call.writes and not call.operations)
    try:
        return parse(reply.body), True
    except Unreadable:
        return None, False
