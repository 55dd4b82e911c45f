"""Values that one record alone may hold: who keeps them, and what the others get."""

from __future__ import annotations

from typing import Any

import pytest

from bridgework.errors import MappingError
from bridgework.mapping import body_hash

from .conftest import bodies, client, compiled

RULE = """
rules:
  clients:
    from: clients
    to: person
    fields:
      name: first
      emails:
        from: email
        use: email_list
        sole: {prefer: [{status: Active}], order: born, use: secondary_contacts}
      Shared:
        from: email
        use: email_list
        sole: {prefer: [{status: Active}], order: born, flag: true}
        type: boolean
"""


def people(*rows: dict[str, Any], rule: str = RULE) -> dict[str, dict[str, Any]]:
    return bodies(compiled(rule), "clients", {"clients": list(rows)})


def primary(body: dict[str, Any]) -> bool:
    return bool(body["emails"][0]["primary"])


def member(key: str, born: str, **values: Any) -> dict[str, Any]:
    return client(key, **{"email": "Family@Example.org", "born": born, "status": "Active", **values})


def test_the_oldest_active_member_keeps_an_address_the_others_have_it_beside() -> None:
    found = people(
        member("kid", "2015-01-01"), member("mum", "1980-01-01"), member("gran", "1950-01-01", status="Inactive")
    )
    assert {key: primary(body) for key, body in found.items()} == {"kid": False, "mum": True, "gran": False}
    assert {key: body.get("Shared") for key, body in found.items()} == {"kid": True, "mum": None, "gran": True}


def test_capitals_and_blanks_make_no_other_address() -> None:
    found = people(member("a", "1980-01-01"), member("b", "1981-01-01", email=" family@example.ORG"))
    assert (primary(found["a"]), primary(found["b"])) == (True, False)


def test_who_has_no_date_comes_last_and_equals_are_told_apart_by_their_keys() -> None:
    found = people(member("c", ""), member("b", "1980-01-01"), member("a", "1980-01-01"))
    assert [key for key, body in found.items() if primary(body)] == ["a"]


def test_an_address_of_one_alone_stays_and_so_does_no_address() -> None:
    found = people(member("a", "1980-01-01"), client("b", email=None))
    assert primary(found["a"])
    assert found["b"].get("emails") is None


def test_rows_that_take_no_part_keep_nothing() -> None:
    found = people(
        member("gone", "1940-01-01", deletedAt="2026-01-01T00:00:00Z"),
        member("twin", "1945-01-01", mergedInto="kid"),
        member("kid", "2015-01-01"),
    )
    assert list(found) == ["kid"]
    assert primary(found["kid"])


def test_without_a_transform_the_others_go_without() -> None:
    rule = RULE.replace(", use: secondary_contacts", "")
    found = people(member("a", "1980-01-01"), member("b", "1981-01-01"), rule=rule)
    assert found["b"].get("emails") is None


def test_the_same_rows_give_the_same_bodies_in_every_order() -> None:
    rows = [member("a", "1980-01-01"), member("b", "1981-01-01"), member("c", "1979-01-01", status="Inactive")]
    assert {key: body_hash(body) for key, body in people(*rows).items()} == {
        key: body_hash(body) for key, body in people(*reversed(rows)).items()
    }


def test_two_contests_in_one_field_do_not_mix() -> None:
    rule = """
rules:
  clients:
    from: clients
    to: person
    fields:
      name:
        all: [{from: email, sole: {order: born}}, {from: status, sole: {order: last}}]
        join: " "
"""
    found = people(
        member("a", "1980-01-01", last="Z", status="x"), member("b", "1981-01-01", last="A", status="x"), rule=rule
    )
    assert {key: body.get("name") for key, body in found.items()} == {"a": "Family@Example.org", "b": "x"}


def test_computed_fields_hold_no_contests() -> None:
    rule = RULE.replace("rules:", "computed:\n  clients:\n    mail: {from: email, sole: {order: born}}\nrules:", 1)
    with pytest.raises(MappingError, match="own rows"):
        compiled(rule)


def test_an_option_of_the_mapping_can_be_a_value() -> None:
    rule = """
options:
  storage: {default: "https://files.example"}
rules:
  clients:
    from: clients
    to: person
    fields:
      link: {given: {base: {setting: storage}}, text: "{base}/{id}"}
      kind: {setting: storage}
"""
    [body] = people(client("a"), rule=rule).values()
    assert body == {"link": "https://files.example/a", "kind": "https://files.example"}


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("order: born,", "order: nowhere,", "nowhere"),
        ("use: secondary_contacts", "use: no_such", "no_such"),
        ("    to: person", "    to: person\n    group: email", "own rows"),
        ("name: first", "name: {setting: nothing}", "nothing"),
    ],
)
def test_what_names_nothing_is_refused_with_its_name(before: str, after: str, reason: str) -> None:
    with pytest.raises(MappingError, match=reason):
        compiled(RULE.replace(before, after, 1))
