"""What a mapping needs to know about the migration, and how local times become instants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from bridgework.canonical import zone_of
from bridgework.errors import SettingsError
from bridgework.mapping.values import date_of, instant_of
from bridgework.model import FieldType, Value

if TYPE_CHECKING:
    from bridgework.mapping.scope import StagedRow
    from bridgework.mapping.session import Session


class Lengths(NamedTuple):
    """How many characters the destination's texts take: one line, and long ones. None if there is no limit."""

    line: int | None = 255
    text: int | None = None

    @property
    def harmless(self) -> int:
        """A text of no more characters fits every field."""
        return min((each for each in self if each is not None), default=sys.maxsize)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSettings:
    """`cutover` (aware) divides past from future; `options` are the migration's settings of the mapping's options.

    `field_types` are the destination's: a yes/no field becomes a choice where it has none. `lengths` is how many
    characters its texts take, `label_length` the name of a field and `option_length` that of an option.
    `reserved_labels` are those of fields the destination's connector keeps for itself. `made_short` are fields (object,
    label) that this migration made for one line of text: what is longer since does not make them anew.
    """

    currency: str
    cutover: datetime
    time_zone: str
    options: Mapping[str, str | bool | int] = field(default_factory=dict)
    field_types: frozenset[FieldType] | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    label_length: int = 255
    option_length: int = 255
    reserved_labels: frozenset[str] = frozenset()
    lengths: Lengths = field(default_factory=Lengths)
    made_short: frozenset[tuple[str, str]] = frozenset()


class Zones:
    """Past and future. A local instant stands in the zone its row names, else in the practice's.

    `fields`: per object what finds the zone's name, in order of preference; a row is asked with its session, for the
    zone may stand in a row it refers to.
    """

    def __init__(
        self, time_zone: str, cutover: datetime, fields: Mapping[str, Sequence[Callable[[StagedRow, Session], Value]]]
    ) -> None:
        zone = zone_of(time_zone)
        if zone is None:
            raise SettingsError(f"The practice's time zone {time_zone!r} is not known.", next_step="correct the export")
        self.time_zone, self.cutover, self._zone, self._fields = time_zone, cutover, zone, fields
        self.today: date = cutover.astimezone(zone).date()

    def at(self, cutover: datetime) -> Zones:
        """The same zones with another cutover."""
        return Zones(self.time_zone, cutover, self._fields)

    def name(self, row: StagedRow, session: Session) -> str:
        """The IANA name of a row's zone."""
        for read in self._fields.get(row.object, ()):
            name = read(row, session)
            if isinstance(name, str) and zone_of(name):
                return name
        return self.time_zone

    def instant(self, row: StagedRow, session: Session, value: Value) -> datetime | None:
        """The instant of a row's (local) instant."""
        return instant_of(value, zone_of(self.name(row, session)) or self._zone)

    def is_past(self, row: StagedRow, session: Session, value: Value, kind: FieldType) -> bool | None:
        """Whether it starts before the cutover; None if there is no readable date."""
        if kind is FieldType.DATE or (isinstance(value, str) and len(value) == 10):
            day = date_of(value)
            return None if day is None else day < self.today
        moment = self.instant(row, session, value)
        return None if moment is None else moment < self.cutover
