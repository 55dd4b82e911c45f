"""Which pairs are compared at all: those that agree in one of several keys.

One kind of key at a time is computed, packed with the person's place into one number and sorted. For many people this
is done in shares of the keys, so that no more than a few dozen megabytes are needed whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from bridgework_dental.names import sound
from bridgework_dental.people import Person

# A larger block is no evidence (a front desk's phone, the commonest of names): its pairs meet in other blocks.
LARGEST: Final = 80
_AT_ONCE: Final = 250_000
_PLACE_BITS: Final = 30
_MASK: Final = (1 << _PLACE_BITS) - 1

Keys = Callable[[Person], Iterable[object]]


def _birth_and_last(person: Person) -> Iterable[object]:
    return ((person.born, sound(person.last)),) if person.born and person.last else ()


def _birth_and_first(person: Person) -> Iterable[object]:
    return ((person.born, sound(person.first)),) if person.born and person.first else ()


def _birth_and_crossed_names(person: Person) -> Iterable[object]:
    return ((person.born, *sorted((sound(person.first), sound(person.last)))),) if person.born else ()


def _swappable_birth(person: Person) -> Iterable[object]:
    year, month, day = person.born // 10000, person.born // 100 % 100, person.born % 100
    return ((year, *sorted((month, day)), sound(person.last)),) if 0 < day <= 12 else ()


def _phones(person: Person) -> Iterable[object]:
    return person.phones


def _mails(person: Person) -> Iterable[object]:
    return person.mails


def _names(person: Person) -> Iterable[object]:
    return (tuple(sorted((person.first, person.last))),) if person.first and person.last else ()


def _address_and_first(person: Person) -> Iterable[object]:
    return ((person.address, person.first[:2]),) if person.address and person.first else ()


def _year_and_sounds(person: Person) -> Iterable[object]:
    return ((person.born // 10000, sound(person.last), sound(person.first)),) if person.born else ()


KINDS: Final[tuple[Keys, ...]] = (
    _birth_and_last, _birth_and_first, _birth_and_crossed_names, _swappable_birth, _phones, _mails, _names,
    _address_and_first, _year_and_sounds,
)  # fmt: skip


def candidate_pairs(people: Sequence[Person]) -> Iterator[tuple[int, int]]:
    """Places of people to compare, smaller one first; a pair comes once per block in which it meets."""
    for keys in KINDS:
        packed = [hash(key) >> 4 << _PLACE_BITS | place for place, person in enumerate(people) for key in keys(person)]
        packed.sort()
        yield from _pairs(packed)


def _pairs(packed: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for end in range(1, len(packed) + 1):
        if end < len(packed) and packed[end] >> _PLACE_BITS == packed[start] >> _PLACE_BITS:
            continue
        if 1 < end - start <= LARGEST:
            block = [number & _MASK for number in packed[start:end]]
            for position, first in enumerate(block):
                for second in block[position + 1 :]:
                    if first != second:
                        yield first, second
        start = end
