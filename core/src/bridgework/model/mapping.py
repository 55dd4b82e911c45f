"""What plugins add to a mapping: transforms, proposals, orderings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime

from bridgework.model.values import FieldType, Value

Transform = Callable[..., Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTransform:
    """A function mappings may name. `examples` are (arguments…, result) and are run as tests and shown in the docs.

    A transform receives the value of `from` and, if it takes a second parameter, the `TransformContext`.
    It returns a canonical value or None, and raises ValueError (without the value in its text) if it cannot.
    `leaves` gives what of a value the result has no place for, as a text: it is kept in the archive.
    """

    name: str
    function: Transform
    description: str = ""
    examples: tuple[tuple[Value, Value], ...] = ()
    result: FieldType | None = None
    leaves: Callable[[Value], str] | None = None

    @classmethod
    def of(
        cls,
        function: Transform,
        result: FieldType | None = None,
        *examples: tuple[Value, Value],
        leaves: Callable[[Value], str] | None = None,
    ) -> NamedTransform:
        """The transform of a function: called as it is called, described as it describes itself."""
        described = " ".join((function.__doc__ or "").split())
        return cls(
            name=function.__name__,
            function=function,
            description=described,
            examples=examples,
            result=result,
            leaves=leaves,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformContext:
    """What a transform may know beside its value."""

    row: Mapping[str, Value]
    currency: str
    time_zone: str
    cutover: datetime
    facts: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A suggestion where a source field could go. `confidence` is between 0 and 1."""

    source_object: str
    source_field: str
    object: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()
    reason: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Before:
    """Rule `first` is loaded before rule `then`."""

    first: str
    then: str
    reason: str
