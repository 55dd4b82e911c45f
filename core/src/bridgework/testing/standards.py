"""What a standard test is: a named function, required or due by an ability, and what became of it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from bridgework.errors import BridgeworkError

State = Literal["passed", "failed", "not applicable"]
REQUIRED = "required"


class Failed(AssertionError):
    """The connector does not do what the standard asks; the text is one sentence for its author."""


class NotApplicable(Exception):
    """The test is not due for this connector; the text says why."""


def require(condition: object, sentence: str) -> None:
    """Failed with that sentence unless the condition holds."""
    if not condition:
        raise Failed(sentence)


def skip_unless(condition: object, reason: str) -> None:
    """NotApplicable with that reason unless the condition holds."""
    if not condition:
        raise NotApplicable(reason)


def fail(sentence: str) -> NoReturn:
    """Failed with that sentence."""
    raise Failed(sentence)


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard test. `part` is ``required`` or the ability that makes it due; `check` takes the subject's bench."""

    name: str
    sentence: str
    part: str
    check: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one standard test. `detail` is the reason of a failure, or why the test was not due."""

    name: str
    sentence: str
    part: str
    state: State
    detail: str = ""


class Standards:
    """The standard tests of one kind of plugin, in the order in which they are read and run."""

    def __init__(self) -> None:
        self._found: dict[str, Standard] = {}

    def required(self, check: Callable[[Any], None]) -> Callable[[Any], None]:
        """Add a test that every plugin of the kind has to pass."""
        return self._add(check, REQUIRED)

    def optional(self, part: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
        """Add a test that is due when the plugin has that ability."""
        return lambda check: self._add(check, part)

    def _add(self, check: Callable[[Any], None], part: str) -> Callable[[Any], None]:
        sentence = (check.__doc__ or "").strip().partition("\n")[0]
        self._found[check.__name__] = Standard(check.__name__, sentence, part, check)
        return check

    def extend(self, other: Standards) -> None:
        """Add the tests of another list."""
        self._found.update(other._found)

    def all(self) -> Sequence[Standard]:
        """Every test."""
        return tuple(self._found.values())

    def named(self, names: Sequence[str]) -> Sequence[Standard]:
        """The tests of those names, in their own order; all of them for no name. KeyError for an unknown name."""
        unknown = set(names) - set(self._found)
        if unknown:
            raise KeyError(f"no standard test is called {', '.join(sorted(unknown))}")
        return tuple(each for each in self._found.values() if not names or each.name in names)


def joined(*parts: Standards) -> Standards:
    """All tests of several lists, in that order."""
    whole = Standards()
    for part in parts:
        whole.extend(part)
    return whole


def judge(standard: Standard, bench: Any) -> Verdict:
    """Run one test on a bench and say what became of it. What a connector raises is a failure of the connector."""
    state: State = "passed"
    detail = ""
    try:
        standard.check(bench)
    except NotApplicable as reason:
        state, detail = "not applicable", str(reason)
    except Failed as failed:
        state, detail = "failed", str(failed)
    except Exception as error:  # noqa: BLE001 - whatever a foreign connector raises is its failure
        state, detail = "failed", explained(error)
    return Verdict(standard.name, standard.sentence, standard.part, state, detail)


def explained(error: Exception) -> str:
    """An unexpected error in one line; for one that is no refusal, with the place it came from."""
    cause = error.__cause__ if isinstance(error, BridgeworkError) and error.exit_code == 4 else error
    if isinstance(error, BridgeworkError) and cause is None:
        return f"{type(error).__name__}: {error.message}"
    frames = traceback.extract_tb((cause or error).__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    first = f"{error.message} " if isinstance(error, BridgeworkError) else ""
    return f"{first}{type(cause).__name__}: {cause}{place}"
