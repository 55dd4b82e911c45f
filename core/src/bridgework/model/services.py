"""The services a connector talks to: how to reach them, and what their answers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime
from enum import StrEnum

from bridgework.model.capabilities import Budget
from bridgework.model.values import Value


class Verdict(StrEnum):
    """What an answer to a write means for its operations."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What an answer says about a budget. `window` in seconds, where it is not the one that was declared."""

    budget: str
    limit: int | None = None
    remaining: int | None = None
    window: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """What a refusal (429 or its like) means: which budget is exhausted, and for how long if the server says so.

    `learned` is what it says about the budgets besides.
    """

    budget: str
    retry_after: float | None = None
    learned: tuple[Learned, ...] = ()
    stop: str = ""  # a sentence if the run must stop instead of waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Where a service's short-lived tokens come from (OAuth 2.0, RFC 6749).

    `form` is posted to the token endpoint `url` with `headers`, for an app that signs in by HTTP Basic; both hold the
    secrets. The token travels in `header` after `scheme`. A refresh token that replaces the one in the form is used
    from then on and kept for the next run by the core; `rotated` is told, too.
    `shows` names members of the endpoint's answer, none of them secret, that `ApiClient.signed_in` gives.
    """

    url: str
    form: Mapping[str, str] = made_by(repr=False)
    headers: Mapping[str, str] = made_by(default_factory=dict, repr=False)
    hosts: tuple[str, ...] = ()  # as those of a service
    header: str = "authorization"
    scheme: str = "Bearer"
    rotated: Callable[[str], None] | None = None
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """How a sign-in stands: when the token was granted, and when it ends if the endpoint said so.

    `shown` holds the texts that `SignIn.shows` asked for, as the endpoint gave them.
    """

    since: datetime
    until: datetime | None = None
    shown: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One API the connector talks to.

    `headers` carry the secrets; with `sign_in` the client adds a token to them and renews it once a call is answered
    401. `charges` gives the cost of a call: (method, path) -> {budget name: amount}.
    `learn` reads budgets from answer headers, `throttle` explains a 429 (or 403) answer: (status, headers) -> Throttle.
    `judge` reads the body where the status does not tell the truth, (status, parsed body) -> a Throttle (a refusal by a
    limit inside a 200), ``Verdict.REJECTED`` (an error inside a 200, or a 500 that surely did nothing), or None.
    `plain_http` says that a person accepted, in a setting of the connector, that everything travels unencrypted.
    """

    base_url: str
    headers: Mapping[str, str] = made_by(default_factory=dict, repr=False)
    sign_in: SignIn | None = None
    budgets: tuple[Budget, ...] = ()
    charges: Callable[[str, str], Mapping[str, int]] | None = None
    learn: Callable[[Mapping[str, str]], tuple[Learned, ...]] | None = None
    throttle: Callable[[int, Mapping[str, str]], Throttle | None] | None = None
    judge: Callable[[int, Value], Throttle | Verdict | None] | None = None
    hosts: tuple[str, ...] = ()  # suffixes the base URL's host must match, loopback apart
    plain_http: bool = False
    timeout: float = 30.0
