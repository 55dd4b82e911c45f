"""Plans, budgets, what a call costs, and what the answer headers say about all that.

Figures: Pipedrive's rate limiting page and the `x-token-cost` of each operation in the published OpenAPI documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from bridgework.model import Budget, Learned, Throttle, Tier

PlanName = Literal["lite", "growth", "premium", "ultimate"]

BURST = "burst"  # requests in a rolling window of two seconds
SEARCH = "search"  # the same for the search endpoints
TOKENS = "tokens"  # daily token budget of the company
POSTS = "posts"  # POST and PUT requests a day and user

WINDOW_SECONDS = 2.0
SEARCH_REQUESTS = 10
TOKENS_PER_SEAT = 30_000
POSTS_PER_DAY = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The published limits of one plan; `burst` and `burst_oauth` are requests per 2 seconds."""

    label: str
    multiplier: int
    burst: int  # with an API token
    burst_oauth: int
    custom_fields: int
    deals_per_seat: int
    deals_at_most: int | None = None
    visibility_groups: bool = False


PLANS: Mapping[PlanName, Plan] = {
    "lite": Plan("Lite", 1, 20, 80, 30, 2_500),
    "growth": Plan("Growth", 2, 40, 160, 100, 5_000),
    "premium": Plan("Premium", 5, 100, 400, 300, 15_000, visibility_groups=True),
    "ultimate": Plan("Ultimate", 7, 120, 480, 500, 20_000, deals_at_most=300_000, visibility_groups=True),
}


def budgets(
    plan: PlanName, seats: int, *, oauth: bool = False, post_cap: bool = True, reset_utc_hour: int = 0
) -> tuple[Budget, ...]:
    """All allowances of an account of that plan and size, for an API token or for an OAuth app."""
    facts = PLANS[plan]
    burst = facts.burst_oauth if oauth else facts.burst
    found = [
        Budget(name=BURST, label="requests per 2 seconds", limit=burst, window=WINDOW_SECONDS),
        Budget(name=SEARCH, label="searches per 2 seconds", limit=SEARCH_REQUESTS, window=WINDOW_SECONDS),
        Budget(
            name=TOKENS,
            label="tokens per day",
            limit=TOKENS_PER_SEAT * facts.multiplier * seats,
            window=None,
            per_day_reset_utc_hour=reset_utc_hour,
        ),
    ]
    if post_cap:
        found.append(Budget(name=POSTS, label="POST and PUT requests per day", limit=POSTS_PER_DAY, window=None))
    return tuple(found)


def deal_cap(plan: PlanName, seats: int) -> int:
    """How many deals and leads together the plan allows."""
    facts = PLANS[plan]
    cap = facts.deals_per_seat * seats
    return cap if facts.deals_at_most is None else min(cap, facts.deals_at_most)


def tier(name: PlanName) -> Tier:
    """A plan as the tier check and the forecast see it."""
    facts = PLANS[name]
    return Tier(
        name=name,
        label=facts.label,
        custom_fields=facts.custom_fields,
        budgets=lambda seats: budgets(name, seats),
    )


# ------------------------------------------------------------------------------------------ costs

_V2_OBJECTS = r"(persons|organizations|deals|activities)"
_V2_FIELDS = r"(person|organization|deal|activity)Fields"
_V1_OBJECTS = r"(notes|files|activityTypes|organizationRelationships|users)"
_CREATE_V2, _CREATE_V1 = 5, 10

# (method, path without /api) -> tokens; the first match counts.
_COSTS: tuple[tuple[str, re.Pattern[str], int], ...] = tuple(
    (method, re.compile(f"^{pattern}$"), tokens)
    for method, pattern, tokens in (
        ("GET", r"/v2/.*[sS]earch(/field)?", 20),
        ("GET", r"/v2/deals/archived", 20),
        ("GET", rf"/v2/{_V2_OBJECTS}", 10),
        ("GET", rf"/v2/{_V2_FIELDS}", 10),
        ("GET", r"/v2/(pipelines|stages)", 5),
        ("GET", r"/v2/[a-zA-Z]+/[^/]+", 1),
        ("DELETE", r"/v2/.*", 3),
        ("POST", r"/v2/.*", _CREATE_V2),
        ("PATCH", r"/v2/.*", _CREATE_V2),
        ("GET", r"/v1/users/me", 2),
        ("GET", r"/v1/users/find", 40),
        ("GET", r"/v1/files/[^/]+/download", 20),
        ("GET", rf"/v1/{_V1_OBJECTS}", 20),
        ("GET", r"/v1/(persons|organizations|deals)/[^/]+/files", 20),
        ("GET", rf"/v1/{_V1_OBJECTS}/[^/]+", 2),
        ("DELETE", r"/v1/.*", 6),
        ("POST", r"/v1/.*", _CREATE_V1),
        ("PUT", r"/v1/.*", _CREATE_V1),
    )
)
_DEAREST = 40  # an operation this table does not know must not be taken for cheap


def tokens_of(method: str, path: str) -> int:
    """Tokens of one request, whatever its page size. `path` is the path on the account's host."""
    plain = path.split("?", 1)[0].removeprefix("/api")
    return next((cost for verb, pattern, cost in _COSTS if verb == method and pattern.match(plain)), _DEAREST)


def charges(method: str, path: str, *, post_cap: bool = True) -> dict[str, int]:
    """What one request takes from each budget."""
    taken = {BURST: 1, TOKENS: tokens_of(method, path)}
    if re.search(r"[sS]earch(/field)?$", path.split("?", 1)[0]):
        taken[SEARCH] = 1
    if post_cap and method in ("POST", "PUT"):
        taken[POSTS] = 1
    return taken


# ------------------------------------------------------------------------------------------ headers

_DAILY_LIMIT = "x-daily-ratelimit-token-limit"
_DAILY_LEFT = "x-daily-ratelimit-token-remaining"  # undocumented, missing after idle time
_POSTS_LEFT = "x-daily-requests-left"
_BURST_LIMIT = "x-ratelimit-limit"
_BURST_LEFT = "x-ratelimit-remaining"
_BURST_RESET = "x-ratelimit-reset"  # unit not stated; seconds in an older official example, hence the clamp


def learn(headers: Mapping[str, str]) -> tuple[Learned, ...]:
    """Budgets as the headers of an answer show them; headers that are missing or not numbers say nothing."""
    shown = (
        (BURST, _number(headers, _BURST_LIMIT), _number(headers, _BURST_LEFT)),
        (TOKENS, _number(headers, _DAILY_LIMIT), _number(headers, _DAILY_LEFT)),
        (POSTS, None, _number(headers, _POSTS_LEFT)),
    )
    return tuple(
        Learned(budget=name, limit=limit or None, remaining=left)
        for name, limit, left in shown
        if limit or left is not None
    )


class Refusals:
    """Tells a full burst window from an empty day and from a block, by the headers of a 429 or 403 answer.

    A 429 without any of the headers may be either, or a box on the way that is overrun (reference: neither is
    documented). It is waited for twice as long each time, by the server's own Date header. When nothing got through for
    two minutes, nothing is sent for a while; then it is tried again: an empty day ends at its reset, whatever else it
    was ends earlier.
    """

    _PATIENCE, _FORGOTTEN = 120.0, 600.0  # seconds of one storm; between two of them
    _TRY_AGAIN = 5_400.0  # seconds; long enough for a pause of the run

    def __init__(self) -> None:
        self._storm: tuple[datetime, datetime] | None = None  # its first and its last refusal
        self._refused = False  # the answer whose headers come next

    def learn(self, headers: Mapping[str, str]) -> tuple[Learned, ...]:
        """Budgets as any answer shows them; what was refused goes through `explain` first."""
        if not self._refused:
            self._storm = None
        self._refused = False
        return learn(headers)

    def explain(self, status: int, headers: Mapping[str, str]) -> Throttle | None:
        """What the refusal means; None if it has nothing to do with limits."""
        if status == 403 and "json" not in headers.get("content-type", "").lower():
            return Throttle(budget=BURST, stop="Pipedrive blocks this token after too much traffic; wait an hour.")
        if status != 429:
            return None
        self._refused = True
        if _number(headers, _DAILY_LEFT) == 0:
            return Throttle(budget=TOKENS)
        if _number(headers, _POSTS_LEFT) == 0:
            return Throttle(budget=POSTS)
        if _number(headers, _BURST_LEFT) is not None:
            seconds = float(_number(headers, _BURST_RESET) or WINDOW_SECONDS)
            return Throttle(budget=BURST, retry_after=min(max(seconds, 1.0), 10.0))
        return self._without_headers(headers)

    def _without_headers(self, headers: Mapping[str, str]) -> Throttle:
        now = _date(headers)
        if now is None:
            return Throttle(budget=BURST)
        first, last = self._storm or (now, now)
        if (now - last).total_seconds() > self._FORGOTTEN:
            first = now
        self._storm = first, now
        lasted = (now - first).total_seconds()
        wait = self._TRY_AGAIN if lasted >= self._PATIENCE else max(WINDOW_SECONDS, lasted)
        return Throttle(budget=BURST, retry_after=wait)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
