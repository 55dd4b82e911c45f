"""Which existing record a planned one is linked to: never one that is, or may be, somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.mapping import comparable
from bridgework.stages.extract import extract

from .conftest import MakeWorld, World

MATCH = """
rules:
  people:
    match: [Name]
"""


def matching(make_world: MakeWorld, *names: str) -> World:
    """A migration of people of these names that are matched by name."""
    world = make_world(0)
    world.export.people = [{"id": f"p{n}", "name": name, "note": f"of p{n}"} for n, name in enumerate(names)]
    (world.folder / "mapping.yaml").write_text(MATCH, "utf-8")
    world.run(extract)
    return world


def test_an_existing_record_that_one_planned_record_names_is_linked(make_world: MakeWorld) -> None:
    world = matching(make_world, "Ana", "Ben")
    known = world.registry.add("person", name="ana")
    world.load()
    assert world.target("p0").id == known["id"]
    assert world.registry.names() == ["Ben", "ana"]


def test_an_existing_record_that_several_planned_records_name_is_nobodys(make_world: MakeWorld) -> None:
    """Members of a family: whoever comes first must not be written into the record of another."""
    world = matching(make_world, "Fam", "Ben", "FAM")
    known = world.registry.add("person", name="Fam")
    world.load()
    assert "note" not in world.registry.rows[known["id"]]
    assert world.registry.names() == ["Ben", "Fam"]
    assert [(world.target(key).state, world.target(key).id) for key in ("p0", "p2")] == [("conflict", "")] * 2
    with world.open() as opened:
        assert opened.journal.targets("people", ["p0"])["p0"].reason == (
            "an existing record agrees with several planned ones in Name"
        )


@pytest.mark.parametrize(
    ("contacts", "compared"),
    [
        ([{"value": "B@x.org", "primary": False}, {"value": "A@x.org", "primary": True}], "a@x.org"),
        ([{"value": "fam@x.org", "primary": False}], None),
        ([{"value": "fam@x.org", "primary": False}, {"value": "a@x.org", "primary": False}], None),
        ([{"value": "fam@x.org"}, {"value": "a@x.org"}], None),
        ([{"value": "a@x.org"}], "a@x.org"),
    ],
)
def test_contacts_are_compared_by_the_primary_one_alone(contacts: Any, compared: str | None) -> None:
    assert comparable(contacts) == compared
