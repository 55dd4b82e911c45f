"""What can be done with a destination, and what it allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from bridgework.model.values import Body, FieldType


class Ability(StrEnum):
    """The two meanings of no are different: impossible in the outside system, or not written yet."""

    SUPPORTED = "supported"
    NOT_WRITTEN = "not written yet"
    IMPOSSIBLE = "not possible there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a record is recognised as ours.

    `client-id`: we choose the primary key; `unique-key`: a unique field; `marker`: a field or text carries the
    marker and nothing enforces it; `natural`: the values themselves name the record (a link between two records).
    """

    kind: Literal["client-id", "unique-key", "marker", "natural"]
    where: str = ""  # label of the field, or a description of the place
    max_length: int = 255
    pattern: str = r"[ -~]*"  # characters it may hold


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectCapability:
    """What can be done with one destination object.

    `batch_size` is how many operations one `write` takes, `records_per_request` how many of them travel in one request;
    `recoverable` is how long a deleted record can be restored, `restore` whether the hook of that name can do it.
    """

    name: str
    identity: Identity
    batch_size: int = 25
    records_per_request: int = 1
    created_at: str = ""  # field that sets the creation time on create, empty: not settable
    recoverable: timedelta | None = None
    cascades_to: tuple[str, ...] = ()
    restore: Ability = Ability.IMPOSSIBLE
    update: Ability = Ability.SUPPORTED
    upload: bool = False  # takes files instead of bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One allowance of an account. `window` None is a calendar day (`resets_at` UTC offset in hours); else seconds."""

    name: str
    label: str
    limit: int
    window: float | None
    per_day_reset_utc_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A plan of the destination, for the tier check and the forecast of the next larger one."""

    name: str
    label: str
    custom_fields: int | None
    budgets: Callable[[int], tuple[Budget, ...]] | None = None  # seats -> budgets


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Facts about a destination: static on its class, and as its settings have them on the connector itself.

    `costs` maps (object, verb or "read"/"scan") to charges per budget name; object "*" stands for every other one.
    `new_objects` is what can be done with objects that are made for a migration, None if none can be made.
    """

    objects: tuple[ObjectCapability, ...]
    new_objects: ObjectCapability | None = None
    field_types: frozenset[FieldType]
    horizon: timedelta = timedelta(0)
    tiers: tuple[Tier, ...] = ()
    max_file_bytes: int | None = None
    field_name_length: int = 255
    option_length: int = 255  # characters in the label of an option
    reserved_labels: frozenset[str] = frozenset()  # of fields the connector keeps for itself, on whatever object
    short_text_length: int | None = 255  # of one line of text, None if there is no limit
    long_text_length: int | None = None
    costs: Mapping[tuple[str, str], Mapping[str, int]] = made_by(default_factory=dict)
    read_batch: int = 100  # records per read call
    canary: tuple[str, Body] | None = None  # object and resolved body of the record `check --canary` makes and removes
    drop_schema: Ability = Ability.SUPPORTED

    def object(self, name: str) -> ObjectCapability:
        """The capability of that object; KeyError if there is none."""
        for candidate in self.objects:
            if candidate.name == name:
                return candidate
        if self.new_objects is not None:
            return replace(self.new_objects, name=name)
        raise KeyError(name)

    def cost(self, name: str, verb: str) -> Mapping[str, int] | None:
        """What a request of that kind costs, None if nobody says."""
        return self.costs.get((name, verb), self.costs.get(("*", verb)))
