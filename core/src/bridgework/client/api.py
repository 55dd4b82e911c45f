"""The door: every request of a connector goes through an `ApiClient`.

Reads are free and repeated until they succeed or patience ends. A write names the operations it carries, is sent once,
and ends as an answer, as not sent, or in doubt. So a careless connector can be slow, never unsafe.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any, NoReturn
from urllib.parse import urlencode

import httpx
import tenacity

from bridgework.client.addresses import Origin
from bridgework.client.admission import Admission, Ticket
from bridgework.client.answers import Answer, Unreadable, parse
from bridgework.client.bodies import Unwritable, to_json
from bridgework.client.budgets import Allowance, Budgets, BudgetStore
from bridgework.client.counts import Counts, Tally
from bridgework.client.gate import Concurrency, Gate
from bridgework.client.permits import For, Ledger, Permits
from bridgework.client.retry_after import retry_after
from bridgework.client.verdicts import Meaning, explain, meaning
from bridgework.client.wire import Failure, Reply, Wire
from bridgework.clock import Clock
from bridgework.errors import (
    AccessDenied,
    BridgeworkError,
    ContractBroken,
    InDoubt,
    NotSent,
    SettingsError,
    StopRun,
    Undecided,
)
from bridgework.model import Receipt, SchemaOperation, Service, Throttle, Value, Verdict

Params = Mapping[str, Any]
NextPage = Callable[[Answer], "Params | str | None"]

MAX_BODY = 64 * 1024 * 1024  # bytes of a decoded answer
MAX_DOWNLOAD = 2 * 1024 * 1024 * 1024  # bytes of a downloaded file
MAX_PAGES = 1_000_000
READ_ATTEMPTS = 10  # besides those that were throttled
READ_PATIENCE = 1800.0  # seconds a read may take with all its repetitions
_LONGEST_BACKOFF = 60.0
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Again(Exception):
    """A read that may be repeated."""

    def __init__(self, reason: str, *, throttled: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.throttled = throttled


@dataclass(slots=True)
class _Call:
    """One request, ready to be sent (and for reads: sent again)."""

    verb: str
    url: str
    below: str
    headers: httpx.Headers
    charges: Mapping[str, int]
    accept: Collection[int]
    content: bytes | None = None
    form: Params | None = None
    files: Any = None
    size: int = 0
    sent: Value = None
    sink: IO[bytes] | None = None
    most: int | None = None
    operations: tuple[int, ...] = ()
    repeatable: bool = True
    needs_body: bool = True
    began: float = 0.0
    throttled: int = 0


class ApiClient:
    """One API of one account, for connectors and the engine. Thread-safe; close it, or use it as a context manager.

    :param service: address, headers, budgets and the connector's way to read headers.
    :param ledger: the journal's word on writes; without one there is no writing.
    :param budgets: keeps what was used over restarts.
    :param share: budget name (or `window`, `day`) to the fraction of the limit we may use; default a half, all.
    :param reserve: fraction of each day budget that is kept for `reserve_allowed`.
    :param read_only: no writing at all, for sources and for `check`.
    :param max_concurrency: calls under way at once, at most.
    :param transport: takes the place of the network in tests.
    :raises SettingsError: the address or a header of the service is not acceptable.
    """

    def __init__(
        self,
        service: Service,
        *,
        ledger: Ledger | None,
        budgets: BudgetStore,
        clock: Clock,
        share: Mapping[str, float] | None = None,
        reserve: float = 0.1,
        transport: httpx.BaseTransport | None = None,
        read_only: bool = False,
        max_concurrency: int = 8,
        max_body: int = MAX_BODY,
        ca_file: str | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._service = service
        self._clock = clock
        self._jitter = jitter
        self._read_only = read_only
        self._origin = Origin(service.base_url, service.hosts)
        self._headers = _headers(service.headers, self._origin)
        self._json_headers = httpx.Headers([*self._headers.raw, (b"content-type", b"application/json")])
        self._permits = Permits(ledger)
        self._tally = Tally()
        name = self._origin.root + self._origin.prefix
        self._admission = Admission(
            clock,
            Budgets(name, service.budgets, budgets, clock, share=share, reserve=reserve),
            Gate(name, budgets, clock, jitter=jitter),
            Concurrency(max_concurrency),
            self._tally,
        )
        self._wire = Wire(
            self._origin, timeout=service.timeout, max_body=max_body, connections=max_concurrency,
            transport=transport, ca_file=ca_file,
        )
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again), stop=self._enough, wait=self._backoff,
            sleep=self._sleep_before_retry, reraise=True,
        )

    # ------------------------------------------------------------------------------- reading

    def get(
        self, path: str, params: Params | None = None, *, accept: Collection[int] = (), headers: Params | None = None,
    ) -> Answer:
        """Read. Repeated on 408, 429, 5xx, transport faults and unreadable answers.

        :param path: below the base URL, or an absolute link of the same origin.
        :param accept: refusals that are expected (404), whose `json` may be looked at.
        :return: the answer; one that is a refusal raises when its `json` is looked at.
        :raises AccessDenied: 401. :raises StopRun: no answer in time. :raises Paused: a day budget is used up.
        """
        return self._read(self._call("GET", path, params, accept=accept, headers=headers))

    def query(
        self,
        path: str,
        json: Value = None,
        params: Params | None = None,
        *,
        accept: Collection[int] = (),
        headers: Params | None = None,
    ) -> Answer:
        """A read that the service wants as a POST. As `get`; it must change nothing there."""
        return self._read(self._call("POST", path, params, json=json, accept=accept, headers=headers))

    def pages(
        self,
        path: str,
        params: Params | None = None,
        next_page: NextPage | None = None,
        *,
        headers: Params | None = None,
    ) -> Iterator[Answer]:
        """Read page after page.

        :param next_page: gives the parameters to change for the next page, or an absolute link to it, or None at the
            end.
        :raises StopRun: a page is refused, or comes again (a cursor that turns in a circle).
        """
        seen: set[int] = set()
        answer: Answer | None = None
        params = dict(params or {})
        while answer is None or next_page is not None:
            following = next_page(answer) if answer is not None and next_page is not None else {}
            if following is None:
                return
            path, params = (following, {}) if isinstance(following, str) else (path, {**params, **following})
            asked = hash((path, tuple(sorted((key, str(value)) for key, value in params.items()))))
            if asked in seen or len(seen) >= MAX_PAGES:
                raise StopRun(f"The pages of {self._origin.host} do not end: one came again.", cause="endless_pages")
            seen.add(asked)
            answer = self.get(path, params, headers=headers)
            _ = answer.json  # a refused page must never look like the last one
            yield answer

    def download(
        self,
        path: str,
        sink: IO[bytes],
        params: Params | None = None,
        *,
        accept: Collection[int] = (),
        max_bytes: int = MAX_DOWNLOAD,
    ) -> Answer:
        """Read a file into `sink` (seekable, binary); its `json` is None. Repeated as `get`, from the beginning."""
        call = self._call("GET", path, params, accept=accept)
        call.sink, call.most = sink, max_bytes
        return self._read(call)

    # ------------------------------------------------------------------------------- writing

    def send(
        self,
        verb: str,
        path: str,
        *,
        for_: For = (),
        json: Value = None,
        params: Params | None = None,
        data: Params | None = None,
        files: Any = None,
        content: bytes | None = None,
        headers: Params | None = None,
        accept: Collection[int] = (),
        prepares: bool = False,
    ) -> Answer:
        """Write, once, for the operations named by `for_`.

        :param verb: POST, PUT, PATCH or DELETE.
        :param accept: refusals that are expected (404 when deleting).
        :param prepares: the request leaves nothing visible however often it is repeated (an upload session, a blob):
            needs no operation and is repeated like a read.
        :return: the answer if the service carried it out (`ok`) or refused it. A body that cannot be written as JSON
            is an answer with status 0: nothing was sent.
        :raises NotSent: it did not arrive, or was turned away unread; the engine sends it again.
        :raises InDoubt: nobody knows; the engine settles it.
        :raises AccessDenied: 401. :raises StopRun: account closed, or blocked by a guard. Both after nothing was done;
            `unsent(error)` names the operations.
        :raises Paused: a day budget is used up; nothing was sent.
        :raises ContractBroken: no operation named, or one that may not be sent.
        """
        if self._read_only:
            raise ContractBroken("A connector tried to write through a client that only reads.")
        if verb not in _WRITING:
            raise ContractBroken("A connector tried to write with a verb that is none.")
        numbers = self._permits.numbers(for_)
        if not numbers and not prepares:
            raise ContractBroken("A connector tried to write without naming an operation.")
        self._permits.check(numbers)
        try:
            call = self._call(
                verb, path, params, json=json, data=data, files=files, content=content, headers=headers, accept=accept,
            )
        except Unwritable:
            self._tally.verdict(Verdict.REJECTED)
            return Answer(0, {"error": "a value of the record cannot be written as JSON"})
        if not numbers:
            call.needs_body = False
            return self._read(call, refused_raises=False)
        call.operations, call.repeatable = numbers, False
        return self._write(call)

    def permit(self, operation: SchemaOperation | Receipt | str, number: int) -> None:
        """The engine binds the number of a durable intent to a schema operation before it calls the connector."""
        self._permits.bind(operation, number)

    # ------------------------------------------------------------------------------- watching

    def reserve_allowed(self) -> AbstractContextManager[None]:
        """Within it, this thread's calls may use the reserve: to settle doubt and to verify a rollback."""
        return self._admission.reserve_allowed()

    @property
    def waiting(self) -> str | None:
        """What the client waits for and until when; None while it works."""
        return self._tally.waiting

    @property
    def counts(self) -> Counts:
        """What it did so far."""
        return self._tally.counts()

    def budget_left(self) -> tuple[Allowance, ...]:
        """What is left of each budget."""
        return self._admission.allowances()

    def close(self) -> None:
        """Hand back what was taken from budgets ahead, and close the connections."""
        self._admission.close()
        self._wire.close()

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------- one request

    def _call(
        self,
        verb: str,
        path: str,
        params: Params | None,
        *,
        json: Value = None,
        data: Params | None = None,
        files: Any = None,
        content: bytes | None = None,
        headers: Params | None = None,
        accept: Collection[int] = (),
    ) -> _Call:
        url, below = self._origin.url(path)
        if params:
            url += ("&" if "?" in url else "?") + urlencode(_flat(params))
        prepared = self._headers
        if json is not None:
            content, prepared = to_json(json), self._json_headers
        if headers:
            prepared = httpx.Headers([*prepared.multi_items(), *_checked(headers).items()])
        charges = self._admission.charges(self._service.charges(verb, below) if self._service.charges else None)
        return _Call(
            verb, url, below, prepared, charges, accept, content=content, form=data, files=files,
            size=len(content or b"") + _size_of(files), sent=json if json is not None else data,
            began=self._clock.monotonic(),
        )

    def _exchange(self, call: _Call, kind: str) -> tuple[Meaning, Answer]:
        """Send once and sort what came back. Raises Failure if nothing whole did."""
        ticket = self._admission.enter(call.charges)
        try:
            self._permits.mark_sent(call.operations)
            self._tally.request(kind, call.charges)
            try:
                reply = self._wire.call(
                    call.verb, call.url, call.headers, content=call.content, form=call.form, files=call.files,
                    size=call.size, sink=call.sink, most=call.most,
                )
            except Failure as failure:
                ticket.never_left, ticket.overloaded = not failure.left, failure.timed_out
                raise
            return self._sort(call, reply, ticket)
        finally:
            self._admission.leave(ticket)

    def _sort(self, call: _Call, reply: Reply, ticket: Ticket) -> tuple[Meaning, Answer]:
        status, headers = reply.status, reply.headers
        body, readable = _parsed(call, reply)
        throttle = explain(status, headers, self._service.throttle)
        found = meaning(
            status, is_json=readable, throttled_before=self._admission.throttled, throttle=throttle,
        )
        if self._service.learn is not None:
            self._admission.learn(self._service.learn(headers), ticket)
        if found is Meaning.ACCEPTED and not readable:
            # Whatever it was, it did not say what became of the call.
            raise Failure("unreadable answer", left=True)
        if found is Meaning.THROTTLED and throttle is not None:
            self._tally.add("throttled")
            ticket.overloaded = True
            self._close_gate(throttle, headers)
        ticket.clean = found in (Meaning.ACCEPTED, Meaning.REJECTED)
        ticket.overloaded = ticket.overloaded or status in (408, 504)
        refused = None
        if call.repeatable and found is Meaning.REJECTED and status not in call.accept:
            refused = self._refused_read
        return found, Answer(status, body, headers, sent=call.sent, refused=refused)

    def _close_gate(self, throttle: Throttle, headers: Mapping[str, str]) -> None:
        if throttle.stop:
            self._admission.halt(lambda: StopRun(throttle.stop, cause="throttled"))
        self._admission.throttle(throttle, retry_after(headers, self._clock.now()))

    # ------------------------------------------------------------------------------- reads

    def _read(self, call: _Call, *, refused_raises: bool = True) -> Answer:
        try:
            return self._retrying(self._read_once, call, refused_raises)
        except _Again as last:
            raise StopRun(
                f"{self._origin.host} gave no usable answer to a read (last: {last.reason}).",
                cause="unreachable", next_step="Check the connection and the service, then run the same command again.",
            ) from None

    def _read_once(self, call: _Call, refused_raises: bool) -> Answer:
        if call.sink is not None:
            call.sink.seek(0)
            call.sink.truncate()
        _rewind(call.files)
        try:
            found, answer = self._exchange(call, "reads" if refused_raises else "writes")
        except Failure as failure:
            raise _Again(failure.reason) from None
        if found is Meaning.THROTTLED:
            raise _Again("429", throttled=True)
        if found is Meaning.UNKNOWN:
            raise _Again(str(answer.status))
        if found in _HALTING:
            self._halt(found, ())
        if not refused_raises:
            return Answer(answer.status, answer.refusal, answer.headers, sent=call.sent)
        return answer

    def _refused_read(self, answer: Answer) -> BridgeworkError:
        if answer.status == 403:
            return AccessDenied(
                f"{self._origin.host} does not let this token read something that is needed ({answer.error_text}).",
                next_step="Give the user of the token the missing right.",
            )
        return StopRun(f"{self._origin.host} refused a read ({answer.error_text}).", cause="read_refused")

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        call, again = _of(state)
        call.throttled += again.throttled
        if self._clock.monotonic() - call.began >= READ_PATIENCE:
            return True
        return state.attempt_number - call.throttled >= READ_ATTEMPTS

    def _backoff(self, state: tenacity.RetryCallState) -> float:
        call, again = _of(state)
        if again.throttled:
            return 0.0  # the gate waits
        tries = state.attempt_number - call.throttled
        return min(_LONGEST_BACKOFF, 2.0 ** (tries - 1)) * (0.75 + 0.5 * self._jitter())

    def _sleep_before_retry(self, seconds: float) -> None:
        self._tally.add("repeated_reads")
        if seconds > 0:
            self._admission.sleep("another try", seconds)

    # ------------------------------------------------------------------------------- writes

    def _write(self, call: _Call) -> Answer:
        _rewind(call.files)
        try:
            found, answer = self._exchange(call, "writes")
        except Failure as failure:
            if failure.left:
                self._undecided(InDoubt, f"no whole answer ({failure.reason})", call)
            self._undecided(NotSent, f"the service was not reached ({failure.reason})", call)
        if found is Meaning.THROTTLED:
            self._undecided(NotSent, "turned away by a limit", call)
        if found is Meaning.UNKNOWN:
            self._undecided(InDoubt, f"answered {answer.status}", call)
        if found in _HALTING:
            self._tally.verdict(Verdict.NOT_SENT)
            self._halt(found, call.operations)
        self._tally.verdict(Verdict.ACCEPTED if answer.ok else Verdict.REJECTED)
        return answer

    def _undecided(self, kind: type[Undecided], reason: str, call: _Call) -> NoReturn:
        self._tally.verdict(Verdict.IN_DOUBT if kind is InDoubt else Verdict.NOT_SENT)
        raise kind(f"A write to {self._origin.host}: {reason}.", operations=call.operations) from None

    def _halt(self, found: Meaning, operations: tuple[int, ...]) -> NoReturn:
        """Stop this call and every later one; the cause tells the engine that nothing was done."""
        error = _HALTING[found]
        host = self._origin.host
        self._admission.halt(lambda: error(host))
        raise error(host) from NotSent("Refused before anything was done.", operations=operations)


def unsent(error: BaseException) -> tuple[int, ...]:
    """The operations that an error of `send` proves were not carried out; they may be sent again under a new intent."""
    while error is not None:
        if isinstance(error, NotSent):
            return error.operations
        error = error.__cause__  # type: ignore[assignment]
    return ()


def _denied(host: str) -> BridgeworkError:
    return AccessDenied(f"{host} does not accept the token (401).", next_step="Set a valid token, then run again.")


def _closed(host: str) -> BridgeworkError:
    return StopRun(
        f"The account at {host} is closed or unpaid (402).", cause="account_closed",
        next_step="Have the account's owner settle it, then run the same command again.",
    )


def _blocked(host: str) -> BridgeworkError:
    return StopRun(
        f"A guard in front of {host} blocks us (403).", cause="blocked",
        next_step="Wait some minutes; check that no other integration uses the same token; run the same command again.",
    )


_HALTING: Mapping[Meaning, Callable[[str], BridgeworkError]] = {
    Meaning.DENIED: _denied, Meaning.CLOSED: _closed, Meaning.BLOCKED: _blocked,
}


def _of(state: tenacity.RetryCallState) -> tuple[_Call, _Again]:
    call = state.args[0]
    again = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(call, _Call) and isinstance(again, _Again)
    return call, again


def _parsed(call: _Call, reply: Reply) -> tuple[Value, bool]:
    """The body, and whether the answer is readable. No body is readable where none belongs."""
    if call.sink is not None and 200 <= reply.status < 300:
        return None, True
    if not reply.body:
        return None, reply.status in (204, 205) or reply.status >= 300 or not call.needs_body
    try:
        return parse(reply.body), True
    except Unreadable:
        return None, False


def _headers(secrets: Mapping[str, str], origin: Origin) -> httpx.Headers:
    host = origin.root.partition("://")[2]
    fixed = {"host": host, "user-agent": "bridgework", "accept": "application/json", "accept-encoding": "gzip"}
    return httpx.Headers({**fixed, **{name.lower(): value for name, value in _checked(secrets).items()}})


def _checked(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers a request may carry. The transport's own complaint would quote the value, which may be a secret."""
    found = {str(name): str(value) for name, value in headers.items()}
    for name, value in found.items():
        if not (name.isascii() and value.isascii() and value.isprintable() and value == value.strip()):
            raise SettingsError(f"The header {name!a} holds characters that no header may hold.")
    return found


def _flat(params: Params) -> list[tuple[str, str]]:
    """Query parameters in their order: None is left out, a list repeats the name, yes and no are true and false."""
    flat: list[tuple[str, str]] = []
    for name, value in params.items():
        values = value if isinstance(value, list | tuple) else (value,)
        flat.extend((name, _plain(one)) for one in values if one is not None)
    return flat


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _streams(files: Any) -> Iterator[IO[bytes]]:
    parts = files.values() if isinstance(files, Mapping) else [part for _, part in files or ()]
    for part in parts:
        stream = part[1] if isinstance(part, tuple) else part
        if hasattr(stream, "read"):
            yield stream


def _rewind(files: Any) -> None:
    for stream in _streams(files):
        if stream.seekable():
            stream.seek(0)


def _size_of(files: Any) -> int:
    total = 0
    for stream in _streams(files):
        if stream.seekable():
            total += stream.seek(0, os.SEEK_END)
            stream.seek(0)
    return total
