"""Which records are taken for one person, which are held out, and who survives."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework_dental.duplicates import THRESHOLD, duplicate_pairs, likeness
from bridgework_dental.duplicates.blocking import LARGEST, candidate_pairs
from bridgework_dental.people import Person

PHONE = 3035550100
OTHER_PHONE = 7205550199


def somebody(key: str = "A", **values: Any) -> Person:
    facts: dict[str, Any] = {
        "table": "patients", "key": key, "number": key, "first": "robert", "last": "anderson", "middle": "",
        "suffix": "", "born": 19800405, "gender": "m", "mails": ("bob@mail.example",), "phones": (PHONE,),
        "address": 11, "active": True, "moved": False, "filled": 5, "end": "", "into": "",
    }  # fmt: skip
    return Person(**{**facts, **values})


ALONE: dict[str, Any] = {"mails": (), "phones": (), "address": 0}


@pytest.mark.parametrize(
    ("what", "changes"),  # of a record of Robert Anderson, born 5 April 1980
    [
        ("the same name and birth date, nothing else", ALONE),
        ("a nickname", {"first": "bob", "mails": ()}),
        ("a misspelt first name", {"first": "robret"}),
        ("a misspelt last name and another phone", {"last": "andersen", "phones": (OTHER_PHONE,)}),
        ("first and last name swapped", {"first": "anderson", "last": "robert"}),
        ("another last name after a wedding", {"last": "zhang"}),
        ("day and month of birth swapped", {"born": 19800504}),
        ("no birth date, but address and phone", {"born": 0, "mails": ()}),
        ("one digit of the birth date typed wrongly", {"born": 19800406}),
        ("part of a double name", {"last": "andersonsmith"}),
    ],
)
def test_one_person_is_recognised_by(what: str, changes: dict[str, Any]) -> None:
    one, other = somebody(), somebody("B", **changes)
    assert likeness(one, other).points >= THRESHOLD, what
    assert (0, 1) in set(candidate_pairs([one, other]))


@pytest.mark.parametrize(
    ("who", "one", "other"),
    [
        ("twins", {}, {"first": "michael"}),
        ("twins of two genders with nearly one name", {"first": "daniel"}, {"first": "daniela", "gender": "f"}),
        ("a couple", {}, {"first": "maria", "born": 19810203, "gender": "f"}),
        ("junior and senior by suffix", {"suffix": "jr"}, {"suffix": "sr", "born": 19500405}),
        ("junior and senior born on one day of the year", {}, {"born": 19500405}),
        ("junior without a birth date", {"suffix": "jr"}, {"born": 0}),
        ("namesakes", {}, {"born": 19770401, **ALONE}),
        ("strangers who share a first name and a birthday", {}, {"last": "zhang", **ALONE}),
        ("neighbours with one first name and birthday", ALONE, {"last": "zhang", **ALONE}),
        ("short names one letter apart", {"first": "sean"}, {"first": "dean"}),
        ("people without names", {"first": "", "last": ""}, {"first": "", "last": ""}),
    ],
)
def test_two_people_stay_two(who: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert likeness(somebody(**one), somebody("B", **other)).points < THRESHOLD, who


def test_a_phone_of_many_people_is_no_evidence() -> None:
    one, other = somebody(born=0, mails=(), address=0), somebody("B", born=0, mails=(), address=0)
    with_phone = likeness(one, other).points
    assert likeness(one, other, frozenset({PHONE})).points == with_phone - 12


@given(st.permutations(range(4)))
def test_a_cluster_does_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    people = [
        somebody("A", filled=9), somebody("B", first="bob"), somebody("C", last="andersen"),
        somebody("D", first="michael"),
    ]  # fmt: skip
    pairs = duplicate_pairs([people[place] for place in order], {})
    assert {(pair.survivor.key, pair.other.key) for pair in pairs} == {("A", "B"), ("A", "C")}
    assert {pair.size for pair in pairs} == {3}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"moved": True, "filled": 9}),
        ({}, {"active": False, "filled": 9}),
        ({"filled": 6}, {"filled": 5}),
    ],
)
def test_the_survivor_is_in_place_active_and_most_complete(better: dict[str, Any], worse: dict[str, Any]) -> None:
    (pair,) = duplicate_pairs([somebody("W", **worse), somebody("S", **better)], {"W": 99})
    assert pair.survivor.key == "S"


def test_of_equal_records_the_one_with_more_visits_survives() -> None:
    (pair,) = duplicate_pairs([somebody("A"), somebody("B")], {"B": 3})
    assert pair.survivor.key == "B"


def test_twins_are_not_joined_through_a_record_that_resembles_both() -> None:
    people = [
        somebody("A", first="daniel"), somebody("B", first="dan"), somebody("C", first="danny", suffix="jr"),
        somebody("D", first="daniel", suffix="sr"),
    ]  # fmt: skip
    together = duplicate_pairs(people, {})
    joined = {frozenset((pair.survivor.suffix, pair.other.suffix)) for pair in together}
    assert frozenset({"jr", "sr"}) not in joined
    clusters: dict[str, set[str]] = {}
    for pair in together:
        clusters.setdefault(pair.survivor.key, {pair.survivor.suffix}).add(pair.other.suffix)
    assert all(not {"jr", "sr"} <= suffixes for suffixes in clusters.values())


def test_a_block_of_everybody_is_not_compared() -> None:
    crowd = [
        somebody(str(number), first=f"x{number}", last=f"y{number}", born=0, mails=(), address=0)
        for number in range(LARGEST + 1)
    ]
    assert not list(candidate_pairs(crowd))


def test_blocking_takes_little_memory_beside_the_people() -> None:
    people = [
        somebody(str(number), first=f"f{number % 300}", last=f"l{number % 997}", born=19400101 + number % 7919,
                 mails=(f"{number}@mail.example",), phones=(number + 10**9,), address=number)
        for number in range(20_000)
    ]  # fmt: skip
    tracemalloc.start()
    try:
        for _ in candidate_pairs(people):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000 * 300
