"""Faults that can be asked of a simulator: what goes wrong, for which requests, and how often."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

FaultKind = Literal[
    "drop_before",
    "drop_after",
    "late_commit",
    "error_500_before",
    "error_500_after",
    "truncated",
    "empty_200_after",
    "wrong_content_type",
    "html_524",
    "status_503",
    "storm_429",
    "expired_token",
    "answer",
    "slow",
    "duplicate",
]

COMMITTING: frozenset[FaultKind] = frozenset(
    {
        "drop_after",
        "late_commit",
        "error_500_after",
        "truncated",
        "empty_200_after",
        "wrong_content_type",
        "html_524",
        "slow",
        "duplicate",
    }
)
"""Kinds whose request is executed although the client may not learn of it. A gateway's 524 belongs here: it gave up
waiting, the system behind it did not."""


class Match(BaseModel):
    """Which requests a fault hits: the ``nth`` that matches, then every ``every``-th, ``times`` in all.

    ``probability`` leaves some of these out. It is drawn from ``seed`` and the number of matching requests alone: the
    same requests in the same order meet the same faults.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str | None = Field(default=None, description="HTTP method; none means any")
    path: str = Field(default="", description="regular expression searched in the path")
    nth: int = Field(default=1, ge=1, description="first matching request to hit, counted from 1")
    every: int = Field(default=1, ge=1, description="from then on hit every n-th matching request")
    times: int | None = Field(default=1, ge=1, description="how many to hit; null means all")
    probability: float = Field(default=1, gt=0, le=1, description="share of the counted requests to hit")
    seed: int = Field(default=0, description="where the chances come from")

    @field_validator("path")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as wrong:
            raise ValueError(f"not a regular expression: {wrong}") from None
        return value


class Fault(BaseModel):
    """One scripted misfortune.

    ========================  =========================================================================
    kind                      what happens
    ========================  =========================================================================
    ``drop_before``           connection closed, nothing executed
    ``drop_after``            executed, connection closed without an answer
    ``late_commit``           connection closed at once, executed ``seconds`` later
    ``error_500_before``      500, nothing executed
    ``error_500_after``       executed, 500
    ``truncated``             executed, connection closed in the middle of the body
    ``empty_200_after``       executed, 200 with an empty body
    ``wrong_content_type``    executed, the answer is called ``text/html`` (or what ``headers`` say)
    ``html_524``              executed, gateway page with 524
    ``status_503``            503, nothing executed
    ``storm_429``             429, nothing executed; ``seconds`` becomes Retry-After
    ``expired_token``         401 of the simulator's own form, nothing executed
    ``answer``                exactly ``status``, ``headers``, ``body``; nothing executed
    ``slow``                  answered ``seconds`` later, executed just before the answer
    ``duplicate``             executed, its answer passed on, executed again ``seconds`` later
    ========================  =========================================================================

    Seconds are simulated. ``commits`` says whether the request is executed where the kind says otherwise; ``slow`` with
    ``commits`` executes before it waits. Where the fault itself answers, ``status``, ``headers`` and ``body`` replace
    the usual ones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: FaultKind
    match: Match = Match()
    seconds: float = Field(default=0, ge=0)
    status: int | None = Field(default=None, ge=200, le=599)
    headers: dict[str, str] = Field(default_factory=dict)
    body: str | None = None
    commits: bool | None = None

    @property
    def executes(self) -> bool:
        """Whether the request takes effect all the same."""
        return self.kind in COMMITTING if self.commits is None else self.commits


@dataclass
class _Armed:
    fault: Fault
    seen: int = 0
    fired: int = 0
    pattern: re.Pattern[str] = field(init=False)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = re.compile(self.fault.match.path)
        self.chance = random.Random(self.fault.match.seed)

    def hits(self, method: str, path: str) -> bool:
        match = self.fault.match
        if match.method is not None and match.method.upper() != method:
            return False
        if not self.pattern.search(path):
            return False
        self.seen += 1
        spared = self.chance.random() >= match.probability
        if spared or self.seen < match.nth or (self.seen - match.nth) % match.every:
            return False
        return match.times is None or self.fired < match.times


class FaultPlan:
    """The faults in force. Every fault counts the requests it matches; of several that are due the first one fires."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def __bool__(self) -> bool:
        return bool(self._armed)

    def add(self, faults: Iterable[Fault]) -> None:
        """Arm these, behind those that are armed."""
        self._armed.extend(_Armed(fault) for fault in faults)

    def clear(self) -> None:
        """Take all away."""
        self._armed.clear()

    def due(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any; counts it."""
        ready = [armed for armed in self._armed if armed.hits(method, path)]
        if not ready:
            return None
        ready[0].fired += 1
        return ready[0].fault

    def show(self) -> list[dict[str, Any]]:
        """Those in force, each with how often it was looked at and how often it happened."""
        return [
            {"fault": armed.fault.model_dump(exclude_defaults=True), "seen": armed.seen, "fired": armed.fired}
            for armed in self._armed
        ]
