"""Calls a minute, what a call costs, and what a refusal by a limit says.

Figures: reference on Twenty, section 9. The server counts with token buckets that are refilled in whole tokens only: a
call that comes sooner than one token takes throws the begun one away. So calls are also kept that far apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from bridgework.model import Budget, Learned, Throttle, Tier, Value, Verdict

PlanName = Literal["pro", "organization", "self-hosted"]

CALLS = "calls"  # core operations a minute and workspace, all keys together
PACE = "pace"  # one call in the time that one token takes to come back
WINDOW = 60.0
PLANS: Mapping[PlanName, tuple[str, int]] = {
    "pro": ("Cloud Pro", 50),
    "organization": ("Cloud Organization", 100),
    "self-hosted": ("Self-hosted, as shipped", 100),
}
_LIMIT = re.compile(r"Limit reached \((\d{1,7}) tokens per (\d{1,9}) ms\)")
_TOO_LARGE = "request entity too large"
_SHORT_MS = 5_000  # a window below this is the burst bucket; keeping the pace keeps it too


def budgets(plan: PlanName, calls_per_minute: int | None = None) -> tuple[Budget, ...]:
    """The allowances of a workspace."""
    limit = calls_per_minute or PLANS[plan][1]
    return (
        Budget(name=CALLS, label="calls per minute", limit=limit, window=WINDOW),
        Budget(name=PACE, label="call at a time", limit=1, window=WINDOW / limit),
    )


def charges(_method: str, path: str) -> dict[str, int]:
    """One token for each core operation, whatever its size; metadata, OpenAPI and health are free."""
    plain = path.split("?", 1)[0]
    core = plain == "/graphql" or (plain.startswith("/rest/") and not _free(plain))
    return {CALLS: 1, PACE: 1} if core else {}


def _free(path: str) -> bool:
    return path.startswith(("/rest/metadata/", "/rest/open-api/"))


def tier(name: PlanName) -> Tier:
    """A plan as the forecast sees it: custom objects and fields are not limited in any of them."""
    return Tier(name=name, label=PLANS[name][0], custom_fields=None, budgets=lambda _seats: budgets(name))


# ------------------------------------------------------------------------------------------ refusals


def judge(status: int, body: Value) -> Throttle | Verdict | None:
    """What a body says where the status does not: a limit or an error in a 200, a body that was too large in a 500."""
    if status == 500:
        return Verdict.REJECTED if body == _TOO_LARGE else None
    if status == 429 or _limit_in(body):
        return throttle(_text(body))
    return Verdict.REJECTED if status == 200 and errors(body) else None


def errors(body: Value) -> list[Mapping[str, Any]]:
    """The errors of a GraphQL answer; empty for REST, which never has that key with status 200."""
    found = body.get("errors") if isinstance(body, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def throttle(text: str) -> Throttle:
    """What a refusal by a limit means. The text names bucket and window, so the real limit is learned from it."""
    found = _LIMIT.search(text)
    if found is None or not int(found[1]) or not int(found[2]):
        return Throttle(budget=CALLS)
    tokens, milliseconds = int(found[1]), int(found[2])
    one = milliseconds / tokens / 1000
    if milliseconds < _SHORT_MS:
        return Throttle(budget=PACE, retry_after=milliseconds / 1000)
    learned = (
        Learned(budget=CALLS, limit=tokens, window=milliseconds / 1000),
        Learned(budget=PACE, limit=1, window=one),
    )
    return Throttle(budget=CALLS, retry_after=one, learned=learned)


def _limit_in(body: Value) -> bool:
    return any(_part(each, "subCode") == "LIMIT_REACHED" for each in errors(body))


def _part(error: Mapping[str, Any], name: str) -> Any:
    extensions = error.get("extensions")
    return extensions.get(name) if isinstance(extensions, dict) else None


def _text(body: Value) -> str:
    if not isinstance(body, dict):
        return ""
    said = [str(each.get("message") or "") for each in errors(body)]
    messages = body.get("messages")
    said += [str(each) for each in messages] if isinstance(messages, list) else []
    return " ".join(said)
