"""What a client did and what it waits for: for the progress line, the reports and the tests."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals since the client was made. `verdicts` by `Verdict` value, for writes; `waited` seconds by reason."""

    requests: int = 0
    reads: int = 0
    writes: int = 0
    repeated_reads: int = 0
    throttled: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    waited: Mapping[str, float] = field(default_factory=dict)


class Tally:
    """Counts while the client works. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plain: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()
        self._waited: dict[str, float] = {}
        self._waiting: dict[int, str] = {}

    def add(self, name: str) -> None:
        """One more of `requests`, `reads`, `writes`, `repeated_reads` or `throttled`."""
        with self._lock:
            self._plain[name] += 1

    def verdict(self, verdict: str) -> None:
        """One more write that ended so."""
        with self._lock:
            self._verdicts[verdict] += 1

    def request(self, kind: str, charges: Mapping[str, int]) -> None:
        """One more request of a kind (`reads`, `writes`), and what it cost."""
        with self._lock:
            self._plain["requests"] += 1
            self._plain[kind] += 1
            for name, weight in charges.items():
                self._tokens[name] += weight

    def wait(self, reason: str, text: str, seconds: float) -> None:
        """This thread begins to wait."""
        with self._lock:
            self._waited[reason] = self._waited.get(reason, 0.0) + seconds
            self._waiting[threading.get_ident()] = text

    def go_on(self) -> None:
        """This thread waits no longer."""
        with self._lock:
            self._waiting.pop(threading.get_ident(), None)

    @property
    def waiting(self) -> str | None:
        """What is waited for, None while all threads work."""
        with self._lock:
            return next(iter(self._waiting.values()), None)

    def counts(self) -> Counts:
        """The totals so far."""
        with self._lock:
            return Counts(
                **{name: self._plain[name] for name in ("requests", "reads", "writes", "repeated_reads", "throttled")},
                verdicts=dict(self._verdicts),
                tokens=dict(self._tokens),
                waited=dict(self._waited),
            )
