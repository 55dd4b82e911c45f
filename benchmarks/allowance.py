"""Use of the granted allowance in a load of several days, on every Pipedrive plan: python benchmarks/allowance.py

The client, its budgets and the connector's way to read headers are the real ones; the meters are the sandbox's. Only
time and the network are simulated: the clock stands still between events, a request takes `--latency` seconds. Every
day ends with a pause and begins with a new process, as an operator (or a timer) would start the command again.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from bridgework.client import ApiClient
from bridgework.client.budgets import MemoryBudgetStore
from bridgework.errors import NotSent, Paused
from bridgework.model import Operation, Verb
from bridgework_pipedrive import Pipedrive
from bridgework_pipedrive.limits import PLANS, POSTS_PER_DAY, PlanName
from bridgework_pipedrive_sandbox.meters import Meters
from bridgework_pipedrive_sandbox.operations import Operations
from bridgework_pipedrive_sandbox.options import Options
from bridgework_pipedrive_sandbox.plans import PLANS as LIMITS

SHARE, RESERVE = 0.5, 0.1  # what an operator grants unless he says otherwise
MARGIN = 60.0  # seconds a day may end early or late around its reset
READ_EVERY = 100  # records per read of a hundred: the second pass and the images


class Time:
    """A clock that stands still until somebody waits."""

    def __init__(self, start: datetime) -> None:
        self._start, self._elapsed = start, 0.0

    def now(self) -> datetime:
        """The simulated instant."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Simulated seconds."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """It is later."""
        self._elapsed += max(0.0, seconds)


@dataclass
class Account(httpx.BaseTransport):
    """The sandbox's meters behind a network that takes its time."""

    meters: Meters
    time: Time
    latency: float
    statuses: Counter[int] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    posts: Counter[str] = field(default_factory=Counter)
    operations: Operations = field(default_factory=lambda: Operations(legacy=False))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Charge it, or refuse it."""
        self.time.sleep(self.latency)
        found = self.operations.find(request.url.path)
        assert found is not None, request.url.path
        operation, now = found[0][request.method], self.time.now()
        refusal = self.meters.refusal(operation, "token", "owner", False, now)
        headers = self.meters.headers(operation, "token", "owner", False, now)
        status = refusal.status if refusal is not None else 201
        self.statuses[status] += 1
        if refusal is None:
            day = now.date().isoformat()
            self.tokens[day] += operation.cost
            self.posts[day] += request.method == "POST"
        body = b'{"success":true,"data":{"id":1}}'
        return httpx.Response(status, content=body, headers={**headers, **(refusal.headers if refusal else {})})


class Ledger:
    """Every operation may be sent."""

    def may_send(self, op: int, /) -> bool:
        """Yes."""
        return True

    def mark_sent(self, ops: Sequence[int], /) -> None:
        """Noted by nobody."""


@dataclass
class Use:
    """What a run used: per cent of the allowance that binds, refusals per request."""

    plan: str
    binding: str
    granted: int
    used: list[int]
    requests: int
    refused: int

    @property
    def share(self) -> float:
        """Part of the granted allowance that was used, over all whole days."""
        return sum(self.used) / (self.granted * len(self.used))


def simulate(plan: PlanName, *, seats: int, days: int, post_cap: bool, latency: float) -> Use:
    """Load without end for so many days."""
    time = Time(datetime(2026, 11, 2, tzinfo=UTC))
    account = Account(Meters(Options(plan=plan, seats=seats, post_cap=post_cap), LIMITS[plan]), time, latency)
    settings = Pipedrive.Settings(
        base_url="https://simulated.pipedrive.com",
        api_token="x" * 40,
        visible_to=3,
        plan=plan,
        seats=seats,
        post_cap=post_cap,
    )
    store, until = MemoryBudgetStore(), time.now() + timedelta(days=days)
    number = 0
    while time.now() < until - timedelta(seconds=MARGIN):
        [service] = Pipedrive.services(settings)
        with ApiClient(
            service, ledger=Ledger(), budgets=store, clock=time, share=SHARE, reserve=RESERVE, transport=account
        ) as api:
            try:
                while time.now() < until:
                    number += 1
                    _create(api, number)
                    if number % READ_EVERY == 0:
                        _ = api.get("/api/v2/persons", {"ids": "1", "limit": READ_EVERY}).status
            except Paused as pause:
                time.sleep((pause.until - time.now()).total_seconds())
    tokens = LIMITS[plan].daily_tokens(seats) * (1 - RESERVE)
    by_day = sorted(account.tokens)[:days]
    allowed = {"tokens": tokens, "POST requests": POSTS_PER_DAY * (1 - RESERVE) if post_cap else float("inf")}
    used = {"tokens": account.tokens, "POST requests": account.posts}
    burst = 86_400 / 2 * LIMITS[plan].burst_token * SHARE
    allowed["requests per 2 seconds"] = burst
    used["requests per 2 seconds"] = Counter({day: round(sum(account.statuses.values()) / days) for day in by_day})
    binding = max(allowed, key=lambda name: sum(used[name][day] for day in by_day) / allowed[name])
    return Use(
        plan,
        binding,
        round(allowed[binding]),
        [used[binding][day] for day in by_day],
        sum(account.statuses.values()),
        account.statuses[429],
    )


def _create(api: ApiClient, number: int) -> None:
    operation = Operation(
        number=number, verb=Verb.CREATE, object="person", marker="m", client_id=UUID(int=number), body={}
    )
    while True:
        try:
            api.send("POST", "/api/v2/persons", json={"name": "Ana"}, for_=operation)
            return
        except NotSent:
            continue


def main() -> int:
    """All plans, as a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=5)
    options.add_argument("--seats", type=int, default=3)
    options.add_argument("--latency", type=float, default=0.12, help="seconds per request")
    options.add_argument("--plans", nargs="*", default=list(PLANS), choices=list(PLANS))
    given = options.parse_args()
    print("| plan | POST cap | allowance that binds | granted a day | used | requests | 429 |")
    print("|---|---|---|---|---|---|---|")
    worst, refused = 1.0, 0.0
    for plan in given.plans:
        for post_cap in (True, False):
            use = simulate(plan, seats=given.seats, days=given.days, post_cap=post_cap, latency=given.latency)
            worst, refused = min(worst, use.share), max(refused, use.refused / use.requests)
            cap = "yes" if post_cap else "no"
            print(
                f"| {plan} | {cap} | {use.binding} | {use.granted:,} | {use.share:.2%} | {use.requests:,} |"
                f" {use.refused / use.requests:.3%} |",
                flush=True,
            )
    return int(worst < 0.97 or refused > 0.001)


if __name__ == "__main__":
    sys.exit(main())
