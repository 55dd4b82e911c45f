"""How alike two patients are, in points, with the evidence in words."""

from __future__ import annotations

from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from bridgework_dental.names import familiar, sound
from bridgework_dental.people import Person

THRESHOLD: Final = 60
_GENERATION: Final = 15  # years between two birth dates that no typing error explains


class Likeness(NamedTuple):
    """Points (0 when it is ruled out) and what agrees or differs; `exact`: names and birth date are the same."""

    points: int
    evidence: tuple[str, ...]
    exact: bool = False


NOTHING: Final = Likeness(0, ())
Crowded = frozenset[str | int]


def likeness(one: Person, other: Person, crowded: Crowded = frozenset()) -> Likeness:
    """Compare two patients. `crowded` are e-mails and phones of so many people that sharing one proves nothing.

    Ruled out whatever else agrees: first names that are two names (twins, couples), suffixes that contradict each
    other (father and son), birth dates that no slip explains, and a nearly equal first name of the other gender.
    """
    names = _names(one, other)
    if names is None:
        return NOTHING
    points, words, same_last = names
    birth = _birth(one.born, other.born)
    if birth is None or _other_generation(one, other, birth[0]):
        return NOTHING
    contact, contact_words = _contact(one, other, crowded)
    if not same_last and not (contact and birth[0] == 30 and one.first == other.first):
        return NOTHING
    points += birth[0] + contact
    words += [birth[1], *contact_words]
    if one.middle and other.middle and one.middle[0] != other.middle[0]:
        points -= 10
        words.append("middle name differs")
    if one.gender and other.gender and one.gender != other.gender:
        if one.first != other.first:
            return NOTHING
        points -= 10
        words.append("gender differs")
    exact = one.first == other.first and one.last == other.last and birth[0] == 30
    return Likeness(min(points, 100), tuple(word for word in words if word), exact)


def _names(one: Person, other: Person) -> tuple[int, list[str], bool] | None:
    """Points and words for the names, and whether the last names agree; None if these are two people."""
    if not one.first or not other.first or not one.last or not other.last:
        return None
    if one.first == other.last and one.last == other.first and one.first != one.last:
        return 34, ["first and last name swapped"], True
    first = _first(one.first, other.first)
    if first is None:
        return None
    if one.last == other.last:
        return 20 + first[0], [first[1], "same last name"], True
    if _slip(one.last, other.last) or _double(one.last, other.last):
        return 14 + first[0], [first[1], "similar last name"], True
    return first[0] - 8, [first[1], "other last name"], False


def _first(one: str, other: str) -> tuple[int, str] | None:
    if one == other:
        return 20, "same first name"
    if familiar(one, other):
        return 16, "familiar form of the first name"
    if _slip(one, other):
        return 14, "similar first name"
    return None


def _slip(one: str, other: str) -> bool:
    """Whether one is the other with a typing error. Short names differ by one letter without any error."""
    shorter = min(len(one), len(other))
    if shorter < 3:
        return False
    if shorter < 5:
        moved = sorted(one) == sorted(other) and one[0] == other[0]
        longer = abs(len(one) - len(other)) == 1 and sound(one) == sound(other)
        return (moved or longer) and OSA.distance(one, other, score_cutoff=1) <= 1
    allowed = 2 if shorter >= 8 else 1
    return bool(OSA.distance(one, other, score_cutoff=allowed) <= allowed)


def _double(one: str, other: str) -> bool:
    """Whether one last name is part of a double one: `garcia` and `garciarios`."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) >= len(short) + 4 and (long.startswith(short) or long.endswith(short))


def _birth(one: int, other: int) -> tuple[int, str] | None:
    """Points for the birth dates; None if they are those of two people."""
    if not one or not other:
        return 0, "birth date missing"
    if one == other:
        return 30, "same birth date"
    year, month, day = one // 10000, one // 100 % 100, one % 100
    if other == year * 10000 + day * 100 + month:
        return 24, "day and month of birth swapped"
    if abs(year - other // 10000) < _GENERATION and OSA.distance(str(one), str(other), score_cutoff=1) <= 1:
        return 12, "birth date differs in one digit"
    return None


def _other_generation(one: Person, other: Person, birth: int) -> bool:
    if one.suffix == other.suffix:
        return False
    return bool(one.suffix and other.suffix) or birth < 30


def _contact(one: Person, other: Person, crowded: Crowded) -> tuple[int, list[str]]:
    points = 0
    words: list[str] = []
    if any(mail in other.mails and mail not in crowded for mail in one.mails):
        points += 15
        words.append("same e-mail")
    if any(phone in other.phones and phone not in crowded for phone in one.phones):
        points += 12
        words.append("same phone")
    if one.address and one.address == other.address:
        # An address alone does not make a person with another last name the same one.
        points += 10
        words.append("same address")
    return points, words
