"""The identity of target records: what two runs, two rules and two generations make of the same key."""

from __future__ import annotations

import re
from itertools import product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from bridgework.identity import Identities
from bridgework.model import Identity

PLACE = Identity(kind="marker", where="Source id", max_length=255, pattern=r"[A-Za-z0-9._/|@+~-]*")


def identities(
    account: str = "acc", rule: str = "patients", migration: str = "ab2cd3", place: Identity = PLACE
) -> Identities:
    return Identities(source="sensei", account=account, migration=migration, rule=rule, identity=place)


def mark(key: str, *, generation: int = 1, place: Identity = PLACE) -> str:
    return identities(place=place).marker(key, generation)


def test_a_marker_names_source_rule_key_and_migration() -> None:
    assert mark("pat-1") == "sensei.patients.pat-1/ab2cd3"
    assert mark("pat-1", generation=2) == "sensei.patients.pat-1/ab2cd3.g2"


def test_a_key_the_place_cannot_hold_is_replaced_by_its_hash() -> None:
    for key in ("Ö-1", "a b", "a\nb", "x" * 121, "~already"):
        assert re.fullmatch(r"sensei\.patients\.~[0-9a-f]{40}/ab2cd3", mark(key)), key


def test_a_short_place_shortens_the_hash_and_never_the_migration() -> None:
    short = Identity(kind="marker", max_length=60, pattern=PLACE.pattern)
    made = mark("k" * 80, place=short)
    assert len(made) <= 60
    assert made.endswith("/ab2cd3")


@given(some.text(max_size=300), some.text(max_size=300))
def test_markers_of_two_keys_differ_and_fit(one: str, other: str) -> None:
    first, second = mark(one), mark(other)
    assert (first == second) == (one == other)
    assert max(len(first), len(second)) <= PLACE.max_length
    assert re.fullmatch(PLACE.pattern, first)


def test_client_ids_are_version_4_and_differ_in_every_part() -> None:
    parts = product(("a1", "a2"), ("r1", "r2"), ("k1", "k2"), ("m1", "m2"), (1, 2))
    made = {
        identities(account, rule, migration).client_id(key, generation)
        for account, rule, key, migration, generation in parts
    }
    assert len(made) == 32
    assert {str(UUID(each)) for each in made} == made
    assert {UUID(each).version for each in made} == {4}
    assert {UUID(each).variant for each in made} == {UUID("00000000-0000-4000-8000-000000000000").variant}


def test_client_ids_are_the_same_in_every_run_and_parts_do_not_run_together() -> None:
    one = identities(rule="rk").client_id("1", 1)
    assert one == identities(rule="rk").client_id("1", 1)
    assert one != identities(rule="r").client_id("k1", 1)
    assert identities().client_id("1", 11) != identities().client_id("11", 1)
