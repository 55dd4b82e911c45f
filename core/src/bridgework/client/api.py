"""The door: every request of a connector goes through an `ApiClient`.

Reads are free and repeated until they succeed or patience ends. A write names the operations it carries, is sent once,
and ends as an answer, as not sent, or in doubt. So a careless connector can be slow, never unsafe.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import IO, Any

import httpx

from bridgework.client.addresses import Origin
from bridgework.client.admission import Admission
from bridgework.client.answers import Answer
from bridgework.client.bodies import Unwritable
from bridgework.client.budgets import Allowance, Budgets, BudgetStore
from bridgework.client.calls import Call, Headers, Params, body_of, size_of, with_params
from bridgework.client.counts import Counts, Tally
from bridgework.client.exchange import Exchange
from bridgework.client.gate import Concurrency, Gate
from bridgework.client.halts import interrupted
from bridgework.client.patience import Again, Patience
from bridgework.client.permits import For, Ledger, Permits
from bridgework.client.tokens import Tokens
from bridgework.client.verdicts import Meaning
from bridgework.client.wire import Failure, Wire
from bridgework.clock import Clock
from bridgework.errors import BridgeworkError, ContractBroken, InDoubt, NotSent, StopRun, Undecided
from bridgework.model import Receipt, SchemaOperation, Service, SignedIn, Value, Verdict

NextPage = Callable[[Answer], "Params | str | None"]

MAX_BODY = 64 * 1024 * 1024  # bytes of a decoded answer
MAX_DOWNLOAD = 2 * 1024 * 1024 * 1024  # bytes of a downloaded file
MAX_PAGES = 1_000_000
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class ApiClient:
    """One API of one account, for connectors and the engine. Thread-safe; close it, or use it as a context manager.

    :param service: address, headers, budgets and the connector's way to read headers.
    :param ledger: the journal's word on writes; without one the client only reads.
    :param budgets: keeps over restarts what was used.
    :param share: fraction of the limit of each window we may use.
    :param day_share: fraction of the limit of each day we may use.
    :param reserve: fraction of each day's limit that is kept for `reserve_allowed`.
    :param workers: calls under way at once, at most.
    :param max_body: bytes of a decoded answer.
    :param ca_file: certificates to trust instead of the usual ones.
    :param transport: takes the place of the network in tests.
    :param jitter: gives numbers from 0 to 1, by which pauses differ.
    :raises SettingsError: the address or a header of the service is not acceptable.
    """

    def __init__(
        self,
        service: Service,
        *,
        ledger: Ledger | None,
        budgets: BudgetStore,
        clock: Clock,
        share: float = 0.5,
        day_share: float = 1.0,
        reserve: float = 0.1,
        workers: int = 4,
        max_body: int = MAX_BODY,
        ca_file: str | None = None,
        transport: httpx.BaseTransport | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._service = service
        self._clock = clock
        self._origin = Origin(service.base_url, service.hosts, plain_http=service.plain_http)
        self._headers = Headers(service.headers, self._origin)
        self._permits = Permits(ledger)
        self._tally = Tally()
        name = self._origin.root  # one account: its budgets do not depend on the path
        self._admission = Admission(
            clock,
            Budgets(name, service.budgets, budgets, clock, share=share, day_share=day_share, reserve=reserve),
            Gate(name, budgets, clock, jitter=jitter),
            Concurrency(workers),
            self._tally,
        )
        self._patience = Patience(clock, self._before_repeating, jitter, lambda: self._exchange.reached)
        self._tokens = None if service.sign_in is None else Tokens(service.sign_in, clock, transport, ca_file)
        self._wire = Wire(
            self._origin,
            timeout=service.timeout,
            max_body=max_body,
            connections=workers,
            transport=transport,
            ca_file=ca_file,
        )
        self._exchange = Exchange(
            service,
            self._origin.host,
            clock,
            admission=self._admission,
            permits=self._permits,
            tally=self._tally,
            tokens=self._tokens,
            wire=self._wire,
        )

    # ------------------------------------------------------------------------------- reading

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        accept: Collection[int] = (),
        headers: Params | None = None,
    ) -> Answer:
        """Read. Repeated on 408, 429, 5xx, transport faults and unreadable answers.

        :param path: below the base URL, or an absolute link of the same origin.
        :param accept: refusals that are expected (404), whose `json` may be looked at.
        :return: the answer; one that is an unexpected refusal raises when its `json` is looked at.
        :raises AccessDenied: 401.
        :raises StopRun: no usable answer in time, or the run was stopped by an earlier answer.
        :raises Paused: a day budget is used up, or the service asks for more than an hour.
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

        :param next_page: gives the parameters that change for the next page, or an absolute link to it (of the same
            origin), or None at the end.
        :raises StopRun: a page is refused, or comes again (a cursor that turns in a circle).
        """
        seen: set[int] = set()
        params = dict(params or {})
        while True:
            asked = hash((path, *sorted((key, str(value)) for key, value in params.items())))
            if asked in seen or len(seen) >= MAX_PAGES:
                raise StopRun(
                    f"The pages of {self._origin.host} do not end: one came again.",
                    cause="endless_pages",
                    next_step="run the same command again; if it stays, ask the vendor",
                )
            seen.add(asked)
            answer = self.get(path, params, headers=headers)
            _ = answer.json  # raises: a refused page must never look like the last one
            yield answer
            following = next_page(answer) if next_page is not None else None
            if following is None:
                return
            path, params = (following, {}) if isinstance(following, str) else (path, {**params, **following})

    def wait_for(
        self,
        path: str,
        ready: Callable[[Answer], bool],
        params: Params | None = None,
        *,
        every: float,
        within: float,
    ) -> Answer:
        """Read again and again until something the service works at is done: a job that creates records, say.

        Between two reads the run waits, and says so. Sending the job is a write as any other.

        :param ready: whether this is the answer that was waited for.
        :param every: seconds between two reads.
        :param within: seconds after which no more reads are made.
        :return: the answer that is ready, or else the last one: whoever sent the job raises `InDoubt` for it then.
        """
        end = self._clock.monotonic() + within
        while True:
            answer = self.get(path, params)
            if ready(answer) or self._clock.monotonic() + every > end:
                return answer
            self._admission.sleep("the service to finish its work", every)

    def download(
        self,
        path: str,
        sink: IO[bytes],
        params: Params | None = None,
        *,
        accept: Collection[int] = (),
        max_bytes: int = MAX_DOWNLOAD,
    ) -> Answer:
        """Read a file into `sink` (binary, seekable); the answer's `json` is None. Repeated from the beginning."""
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
        :param json: the body; `data` are form fields, `files` parts of a form as httpx takes them, `content` bytes.
        :param accept: refusals that are expected (404 when deleting).
        :param prepares: the request leaves nothing visible however often it is repeated (an upload session, a blob):
            it needs no operation, and without one it is repeated like a read.
        :return: the answer if the service carried it out (`ok`) or refused it. A body that cannot be written as JSON
            gives status 0: nothing was sent.
        :raises NotSent: it did not arrive, or was turned away unread (`cause` is then ``throttled``).
        :raises InDoubt: nobody knows; the engine settles it.
        :raises AccessDenied: 401. As with StopRun, `unsent(error)` names the operations that were surely not done.
        :raises StopRun: the account is closed, or a guard blocks us.
        :raises Paused: a day budget is used up; nothing was sent.
        :raises ContractBroken: no operation is named, or one that may not be sent.
        """
        if verb not in _WRITING:
            raise ContractBroken("A connector tried to write with a verb that is none.")
        numbers = self._permits.numbers(for_)
        if not numbers and not prepares:
            raise ContractBroken("A connector tried to write without naming an operation.")
        self._permits.check(numbers)
        try:
            call = self._call(
                verb, path, params, json=json, data=data, files=files, content=content, headers=headers, accept=accept
            )
        except Unwritable:
            self._tally.verdict(Verdict.REJECTED)
            return Answer(0, {"error": "a value of the record cannot be written as JSON"})
        call.writes, call.operations = True, numbers
        return self._write(call) if numbers else self._read(call)

    def permit(self, operation: SchemaOperation | Receipt | str, number: int) -> None:
        """Bind the number of a durable intent to a schema operation (or a receipt), before the connector is called.

        For the engine. A later number replaces an earlier one.
        """
        self._permits.bind(operation, number)

    # ------------------------------------------------------------------------------- watching

    def reserve_allowed(self) -> AbstractContextManager[None]:
        """Within it, this thread's calls may use the reserve: to settle doubt and to verify a rollback."""
        return self._admission.reserve_allowed()

    @property
    def waiting(self) -> str | None:
        """What the client waits for and until when ("for the 2-second window … until …"); None while it works."""
        return self._tally.waiting

    @property
    def counts(self) -> Counts:
        """What it did so far."""
        return self._tally.counts()

    @property
    def ahead(self) -> timedelta | None:
        """How far the service's clock is ahead of ours, by the newest answer; None before one with a date."""
        return self._exchange.ahead

    @property
    def signed_in(self) -> SignedIn | None:
        """How the sign-in stands; None where none is needed, and before the first call."""
        return None if self._tokens is None else self._tokens.signed_in

    @property
    def readable_at(self) -> str:
        """The host to which everything travels unencrypted, as a person accepted; empty with TLS or on this machine."""
        return self._origin.host if self._origin.readable else ""

    def budget_left(self) -> tuple[Allowance, ...]:
        """What is left of each budget, without the reserve."""
        return self._admission.allowances()

    def interrupt(self, error: BridgeworkError | None = None) -> None:
        """Send nothing more; what is under way is awaited. Every later call raises that error, or StopRun."""
        self._admission.halt(interrupted if error is None else lambda: error)

    def close(self) -> None:
        """Hand back what was taken from budgets ahead, and close the connections."""
        try:
            self._admission.close()
        finally:  # handing back is a write to the journal, and its disk may be full
            self._wire.close()
            if self._tokens is not None:
                self._tokens.close()

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
    ) -> Call:
        url, below = self._origin.url(path)
        body = body_of(json, content)
        charge = self._service.charges
        return Call(
            verb,
            with_params(url, params),
            self._headers.of(headers, json=json is not None),
            self._admission.charges(charge(verb, below) if charge is not None else None),
            accept,
            content=body,
            form=data,
            files=files,
            size=size_of(body, files),
            sent=data if json is None else json,
            began=self._clock.monotonic(),
        )

    # ------------------------------------------------------------------------------- reads

    def _read(self, call: Call) -> Answer:
        try:
            return self._patience.repeat(self._read_once, call)
        except Again as last:
            host = self._origin.host
            raise StopRun(
                f"{host} gave no usable answer (last: {last.reason})."
                if self._exchange.reached
                else f"{host} cannot be reached ({last.reason}).",
                cause="unreachable",
                next_step="Check the address, the connection and the service, then run the same command again.",
            ) from None

    def _read_once(self, call: Call) -> Answer:
        try:
            found, answer = self._exchange.once(call)
        except Failure as failure:
            raise Again(failure.reason) from None
        if found in (Meaning.THROTTLED, Meaning.EXPIRED):
            raise Again(str(answer.status), throttled=True)
        if found is Meaning.UNKNOWN:
            raise Again(str(answer.status))
        return answer

    def _before_repeating(self, seconds: float) -> None:
        self._tally.add("repeated_reads")
        if seconds > 0:
            self._admission.sleep("another try", seconds)

    # ------------------------------------------------------------------------------- writes

    def _write(self, call: Call) -> Answer:
        try:
            found, answer = self._exchange.once(call)
        except Failure as failure:
            if failure.left:
                raise self._undecided(InDoubt, f"no whole answer ({failure.reason})", call) from None
            raise self._undecided(NotSent, f"the service was not reached ({failure.reason})", call) from None
        if found is Meaning.EXPIRED:
            expired = self._undecided(NotSent, "turned away with a token that has run out", call)
            expired.cause = "expired"
            raise expired
        if found is Meaning.THROTTLED:
            turned_away = self._undecided(NotSent, "turned away by a limit", call)
            turned_away.cause = "throttled"
            raise turned_away
        if found is Meaning.UNKNOWN:
            raise self._undecided(InDoubt, f"answered {answer.status}", call)
        self._tally.verdict(Verdict.ACCEPTED if answer.ok else Verdict.REJECTED)
        return answer

    def _undecided(self, kind: type[Undecided], reason: str, call: Call) -> Undecided:
        self._tally.verdict(Verdict.IN_DOUBT if kind is InDoubt else Verdict.NOT_SENT)
        return kind(f"A write to {self._origin.host}: {reason}.", operations=call.operations)
