"""The classes a partner's test file inherits from: one test method per standard test, one fixture to give.

class TestAcme(DestinationKit):
    @pytest.fixture
    def destination(self):
        return Destination("acme")
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from bridgework.testing.destination import DESTINATION
from bridgework.testing.destination.bench import Bench
from bridgework.testing.pair import PAIR
from bridgework.testing.pair.bench import PairBench
from bridgework.testing.report import PROPERTY
from bridgework.testing.source import SOURCE
from bridgework.testing.source.bench import SourceBench
from bridgework.testing.standards import Failed, NotApplicable, Standard, Standards, Verdict

LARGE = "BRIDGEWORK_KIT"  # environment variable; "large" asks for every position and place
Kit = TypeVar("Kit", bound=type[Any])


def _kit(standards: Standards, template: Callable[[Standard], Callable[..., None]]) -> Callable[[Kit], Kit]:
    def filled(cls: Kit) -> Kit:
        for standard in standards.all():
            method = template(standard)
            method.__name__ = f"test_{standard.name}"
            method.__qualname__ = f"{cls.__qualname__}.{method.__name__}"
            method.__doc__ = standard.sentence
            setattr(cls, method.__name__, method)
        return cls

    return filled


def _for_destination(standard: Standard) -> Callable[..., None]:
    def test(self: object, destination: Any, tmp_path: Path, request: Any) -> None:
        _run(standard, "destination", destination.label, Bench(destination, tmp_path, _large(request)), request)

    return test


def _for_source(standard: Standard) -> Callable[..., None]:
    def test(self: object, source: Any, tmp_path: Path, request: Any) -> None:
        _run(standard, "source", source.label, SourceBench(source, tmp_path, _large(request)), request)

    return test


def _for_pair(standard: Standard) -> Callable[..., None]:
    def test(self: object, pair: Any, tmp_path: Path, request: Any) -> None:
        _run(standard, "pair", pair.label, PairBench(pair, tmp_path, _large(request)), request)

    return test


@_kit(DESTINATION, _for_destination)
class DestinationKit:
    """The standard tests of a destination. Inherit, and give a fixture `destination` that returns a `Destination`."""


@_kit(SOURCE, _for_source)
class SourceKit:
    """The standard tests of a source. Inherit, and give a fixture `source` that returns a `Source`."""


@_kit(PAIR, _for_pair)
class PairKit:
    """The standard tests of a pair. Inherit, and give a fixture `pair` that returns a `Pair`."""


def _large(request: Any) -> bool:
    """Whether somebody asked for the long form."""
    return os.environ.get(LARGE) == "large" or bool(request.config.getoption("--kit-large", default=False))


def _run(standard: Standard, kind: str, name: str, bench: object, request: Any) -> None:
    import pytest

    def note(state: Any, detail: str = "") -> None:
        verdict = Verdict(standard.name, standard.sentence, standard.part, state, detail)
        request.node.user_properties.append((PROPERTY, {"kind": kind, "plugin": name, **asdict(verdict)}))

    try:
        standard.check(bench)
    except NotApplicable as reason:
        note("not applicable", str(reason))
        pytest.skip(f"not applicable: {reason}")
    except Failed as failed:
        note("failed", str(failed))
        pytest.fail(f"{standard.sentence}\n{failed}", pytrace=False)
    except BaseException as error:
        note("failed", f"{type(error).__name__}: {error}")
        raise
    note("passed")
