"""What broken connectors are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridgework import hookimpl
from bridgework.errors import AccessDenied, InDoubt
from bridgework.model import Operation, Rejected, Verb, WriteResult

Base = Any  # the generated connector's class
Break = Callable[[Base], Base]


@dataclass(frozen=True)
class Mutant:
    """One way to be broken: `make` gives the class, `noticed` are the tests that must turn red, and no others."""

    name: str
    make: Break
    noticed: frozenset[str]


MUTANTS: list[Mutant] = []


def noticed_by(*names: str) -> Callable[[Break], Break]:
    """Register a mutant with the tests that notice it."""

    def add(make: Break) -> Break:
        MUTANTS.append(Mutant(make.__name__, make, frozenset(names)))
        return make

    return add


def capable(base: Base, **changes: Any) -> Base:
    """The class with other capabilities."""
    return type("Mutant", (base,), {"capabilities": replace(base.capabilities, **changes)})


def rejecting(base: Base, wanted: Callable[[Exception], bool]) -> Base:
    """The class, answering for operations itself where an exception of that kind should pass."""

    class Mutant(base):
        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            for operation in batch:
                try:
                    yield from super().write([operation])
                except (AccessDenied, InDoubt) as error:
                    if not wanted(error):
                        raise
                    yield Rejected(operation.number, "something went wrong")

    return Mutant


def altering(base: Base, change: Callable[[dict[str, Any]], dict[str, Any]], *verbs: Verb) -> Base:
    """The class, sending bodies that were changed."""

    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            if not verbs or operation.verb in verbs:
                operation = replace(operation, body=change(dict(operation.body)))
            return super().save(operation)

    return Mutant
