"""Burst windows, the daily token budget, the old POST and PUT cap, and the block of those who do not stop."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridgework_pipedrive_sandbox.answers import Record, Reply
from bridgework_pipedrive_sandbox.operations import Operation
from bridgework_pipedrive_sandbox.options import Options
from bridgework_pipedrive_sandbox.plans import PlanLimits

WINDOW_S = 2.0
SEARCH_BURST = 10
POSTS_PER_DAY = 10_000
_IDLE_S = 300.0
_STORM_S = 10.0
_BLOCK_S = 300.0
"""Real figures of idle time, storm and block are not published; these make each visible in a rehearsal."""

_BLOCK_PAGE = (
    b"<!DOCTYPE html><html><head><title>Access denied | Cloudflare</title></head><body>Error 1015</body></html>"
)


class _Window:
    """Accepted requests of the last two seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def used(self, now: float) -> int:
        while self._times and self._times[0] <= now - WINDOW_S:
            self._times.popleft()
        return len(self._times)

    def add(self, now: float) -> None:
        self._times.append(now)

    def reset_in(self, now: float) -> int:
        return max(1, math.ceil(self._times[0] + WINDOW_S - now)) if self._times else 1


@dataclass
class _Drain:
    """Another program of the company at work: tokens it uses from ``since`` to ``until`` (seconds), evenly."""

    tokens: int
    since: float
    until: float
    taken: int = 0

    def due(self, now: float) -> int:
        """Tokens used since the last look."""
        share = 1.0 if now >= self.until else (now - self.since) / (self.until - self.since)
        before, self.taken = self.taken, int(self.tokens * share)
        return self.taken - before


class Meters:
    def __init__(self, options: Options, plan: PlanLimits) -> None:
        self._options = options
        self._plan = plan
        self.tokens_per_day = plan.daily_tokens(options.seats)
        self.tokens_used = 0
        self.posts_used: dict[str, int] = {}
        self._token_day = ""
        self._post_day = ""
        self._windows: dict[str, _Window] = {}
        self._refusals: deque[float] = deque()
        self._blocked_until = 0.0
        self._last_request = -math.inf
        self._since_idle = 0
        self._drains: list[_Drain] = []

    # what a request meets

    def refusal(self, operation: Operation, credential: str, user: str, oauth: bool, now: datetime) -> Reply | None:
        """The answer of a limit that is exhausted; otherwise the request is charged and None returned."""
        at = now.timestamp()
        self._turn_days(now)
        self._note_idle(at)
        if at < self._blocked_until and not oauth:
            return Reply(None, 403, _BLOCK_PAGE, "text/html; charset=UTF-8")
        windows = self._windows_of(operation, credential, oauth)
        if any(window.used(at) >= limit for window, limit in windows):
            return self._too_many(operation, credential, user, oauth, at)
        if self.tokens_used + operation.cost > self.tokens_per_day:
            # the header says nothing is left, even where a cheaper call would still fit: that ends the day for all
            self.tokens_used = self.tokens_per_day
            return self._too_many(operation, credential, user, oauth, at)
        if self._counts_post(operation, oauth) and self._options.post_cap and self._posts_left(user) == 0:
            return self._too_many(operation, credential, user, oauth, at)
        for window, _ in windows:
            window.add(at)
        self.tokens_used += operation.cost
        if self._counts_post(operation, oauth):
            self.posts_used[user] = self.posts_used.get(user, 0) + 1
        return None

    def give_back(self, cost: int) -> None:
        self.tokens_used = max(0, self.tokens_used - cost)

    def drain(self, tokens: int, over: float, now: datetime) -> None:
        """Another program of the company uses tokens, evenly over so many seconds."""
        self._turn_days(now)
        self._drains.append(_Drain(tokens, now.timestamp(), now.timestamp() + over))
        self._turn_days(now)

    def use_posts(self, posts: int, user: str, now: datetime) -> None:
        """Another program with the same user's token sends POST requests."""
        self._turn_days(now)
        self.posts_used[user] = self.posts_used.get(user, 0) + posts

    def headers(self, operation: Operation, credential: str, user: str, oauth: bool, now: datetime) -> dict[str, str]:
        at = now.timestamp()
        headers: dict[str, str] = {}
        if self._options.burst_headers:
            window, limit = self._windows_of(operation, credential, oauth)[0]
            headers = {
                "x-ratelimit-limit": str(limit),
                "x-ratelimit-remaining": str(max(0, limit - window.used(at))),
                "x-ratelimit-reset": str(window.reset_in(at) * (1 if self._options.reset_unit == "seconds" else 1000)),
            }
        if self._options.daily_headers and self._since_idle > self._options.headers_warm_up:
            headers |= self._token_headers()
        if self._counts_post(operation, oauth):
            headers["x-daily-requests-left"] = str(self._posts_left(user))
        return headers

    def _token_headers(self) -> dict[str, str]:
        return {
            "x-daily-ratelimit-token-limit": str(self.tokens_per_day),
            "x-daily-ratelimit-token-remaining": str(self.tokens_per_day - self.tokens_used),
        }

    def _too_many(self, operation: Operation, credential: str, user: str, oauth: bool, at: float) -> Reply:
        if not oauth:
            self._count_refusal(at)
        reply = Reply({"success": False, "error": "request over limit", "errorCode": 429}, 429)
        if self._options.daily_headers and self.tokens_used >= self.tokens_per_day:
            reply.headers |= self._token_headers()
        if self._options.retry_after:
            reply.headers["retry-after"] = "2"
        return reply

    def _count_refusal(self, at: float) -> None:
        """Traffic with an API token that goes on after refusals is blocked."""
        self._refusals.append(at)
        while self._refusals[0] < at - _STORM_S:
            self._refusals.popleft()
        if len(self._refusals) > self._options.patience:
            self._blocked_until = at + _BLOCK_S
            self._refusals.clear()

    def _windows_of(self, operation: Operation, credential: str, oauth: bool) -> list[tuple[_Window, int]]:
        """The windows a request needs a place in, the one its headers speak of first, and their sizes."""
        general = ("general", self._plan.burst_oauth if oauth else self._plan.burst_token)
        wanted = [general]
        if operation.searches:
            wanted = [("search", SEARCH_BURST)] + ([general] if self._options.searches_count_twice else [])
        return [(self._windows.setdefault(f"{kind} {credential}", _Window()), limit) for kind, limit in wanted]

    @staticmethod
    def _counts_post(operation: Operation, oauth: bool) -> bool:
        return not oauth and operation.method in ("POST", "PUT")

    def _posts_left(self, user: str) -> int:
        return max(0, POSTS_PER_DAY - self.posts_used.get(user, 0))

    def _note_idle(self, at: float) -> None:
        if at - self._last_request > _IDLE_S:
            self._since_idle = 0
        self._last_request = at
        self._since_idle += 1

    def _turn_days(self, now: datetime) -> None:
        token_day = (now - timedelta(hours=self._options.reset_hour)).date().isoformat()
        if token_day != self._token_day:
            self._token_day, self.tokens_used = token_day, 0
        if (post_day := now.date().isoformat()) != self._post_day:
            self._post_day, self.posts_used = post_day, {}
        for drain in self._drains:
            self.tokens_used = min(self.tokens_per_day, self.tokens_used + drain.due(now.timestamp()))
        self._drains = [drain for drain in self._drains if drain.taken < drain.tokens]

    # what survives a restart

    def dump(self) -> Record:
        return {
            "token_day": self._token_day,
            "tokens_per_day": self.tokens_per_day,
            "tokens_used": self.tokens_used,
            "post_day": self._post_day,
            "posts_used": self.posts_used,
        }

    def restore(self, kept: Record) -> None:
        self._token_day, self.tokens_used = kept["token_day"], kept["tokens_used"]
        self._post_day, self.posts_used = kept["post_day"], kept["posts_used"]
