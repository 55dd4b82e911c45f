"""What an answer means for the operations that were sent: one table, asked by reads and writes alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from bridgework.model import Throttle

Ask = Callable[[int, Mapping[str, str]], Throttle | None]


class Meaning(Enum):
    """Meaning of an answer."""

    ACCEPTED = "carried out"
    REJECTED = "refused, nothing done"
    THROTTLED = "turned away for now, nothing done"
    EXPIRED = "the token has run out, nothing done"
    DENIED = "the token is not accepted, nothing done"
    CLOSED = "the account is closed, nothing done"
    BLOCKED = "a guard before the service blocks us, nothing done"
    UNKNOWN = "nobody knows what was done"


def meaning(
    status: int,
    *,
    is_json: bool,
    throttled_before: bool,
    throttle: Throttle | None,
    refused: bool = False,
) -> Meaning:
    """Sort an answer by its status.

    :param is_json: the body is readable JSON.
    :param throttled_before: the last thing heard before was a 429.
    :param throttle: how the connector explains the answer, None if it does not see a throttle in it.
    :param refused: the connector knows from the body that nothing was done.
    """
    if status == 429 or throttle is not None:
        return Meaning.THROTTLED
    if refused:
        return Meaning.REJECTED
    if 200 <= status < 300:
        return Meaning.ACCEPTED
    if status == 401:
        return Meaning.DENIED
    if status == 402:
        return Meaning.CLOSED
    # A guard answers with a web page; and a 403 on the heels of a 429 is a guard that has lost patience.
    if status == 403 and (throttled_before or not is_json):
        return Meaning.BLOCKED
    if status == 408 or status >= 500 or status < 200:
        return Meaning.UNKNOWN
    return Meaning.REJECTED


EXPLAINED = frozenset({403, 429, 503})  # statuses a connector may explain as a throttle


def explain(status: int, headers: Mapping[str, str], ask: Ask | None) -> Throttle | None:
    """What the connector says about a refusal; a 429 it does not know throttles no budget in particular."""
    if status not in EXPLAINED:
        return None
    said = ask(status, headers) if ask is not None else None
    return Throttle(budget="") if said is None and status == 429 else said
