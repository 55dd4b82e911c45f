"""Pairs joined to clusters, each with the record that should survive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Final, TypeVar

from bridgework_dental.duplicates.blocking import candidate_pairs
from bridgework_dental.duplicates.scoring import THRESHOLD, Crowded, Likeness, likeness
from bridgework_dental.people import Person

# Members of one cluster that were not compared well enough by themselves must at least not contradict each other.
_LEAST: Final = 30
_FAMILY: Final = 8
Value = TypeVar("Value", str, int)


@dataclass(frozen=True, slots=True)
class Pair:
    """`other` should be merged into `survivor`; `size` is the number of records in their cluster."""

    survivor: Person
    other: Person
    likeness: Likeness
    size: int


def duplicate_pairs(people: Sequence[Person], uses: Mapping[str, int]) -> list[Pair]:
    """All probable duplicates, one pair per record that is too many, in source order of that record.

    :param uses: rows that refer to a patient, by key; decides, after activity and filled fields, who survives.
    """
    crowded = _crowded(people)
    found: dict[tuple[int, int], Likeness] = {}
    for pair in candidate_pairs(people):
        if pair not in found:
            alike = likeness(people[pair[0]], people[pair[1]], crowded)
            if alike.points >= THRESHOLD:
                found[pair] = alike
    clusters = _join(people, found, crowded)
    pairs: list[tuple[int, Pair]] = []
    for members in clusters:
        best = max(members, key=lambda place: _worth(people[place], place, uses))
        for place in members:
            if place != best:
                alike = likeness(people[best], people[place], crowded)
                linked = alike if alike.points >= THRESHOLD else _through(place, members, found)
                pairs.append((place, Pair(people[best], people[place], linked, len(members))))
    pairs.sort(key=lambda entry: entry[0])
    return [pair for _, pair in pairs]


def _worth(person: Person, place: int, uses: Mapping[str, int]) -> tuple[bool, bool, bool, int, int, int]:
    return not person.moved, person.active, person.born > 0, person.filled, uses.get(person.key, 0), -place


def _through(place: int, members: Sequence[int], found: Mapping[tuple[int, int], Likeness]) -> Likeness:
    """The strongest link of a member that resembles the survivor only through a third record."""
    links = [found[pair] for each in members if (pair := (min(place, each), max(place, each))) in found]
    strongest = max(links)
    return Likeness(strongest.points, (*strongest.evidence, "through a third record"), strongest.exact)


def _crowded(people: Sequence[Person]) -> Crowded:
    """E-mails and phones of more people than a family has: a front desk's, an employer's."""
    # Sorted lists of references, one after the other, take a tenth of the memory that counting would.
    crowded: set[str | int] = set()
    crowded.update(_frequent(sorted(mail for person in people for mail in person.mails)))
    crowded.update(_frequent(sorted(phone for person in people for phone in person.phones)))
    return frozenset(crowded)


def _frequent(values: Sequence[Value]) -> Iterator[Value]:
    return (value for value, equal in groupby(values) if sum(1 for _ in equal) > _FAMILY)


def _join(people: Sequence[Person], found: Mapping[tuple[int, int], Likeness], crowded: Crowded) -> list[list[int]]:
    """Clusters of places, strongest links first; a link that would bring contradicting records together is dropped."""
    cluster_of: dict[int, list[int]] = {}
    for (one, other), _ in sorted(found.items(), key=lambda entry: (-entry[1].points, entry[0])):
        left, right = cluster_of.get(one, [one]), cluster_of.get(other, [other])
        if left is right:
            continue
        known = {(one, other), (other, one)}
        if any(
            likeness(people[a], people[b], crowded).points < _LEAST
            for a, b in product(left, right)
            if (a, b) not in known
        ):
            continue
        together = sorted([*left, *right])
        for place in together:
            cluster_of[place] = together
    unique = {id(members): members for members in cluster_of.values()}
    return list(unique.values())
