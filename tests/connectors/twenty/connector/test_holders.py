"""Who holds a unique value: there or in the trash, in the fewest requests, and never by an additional address."""

from __future__ import annotations

from typing import Any

from bridgework.model import Holder, Verb

from .conftest import Desk, MakeDesk


def mail(address: str, *additional: str) -> list[dict[str, Any]]:
    return [
        {"value": address, "label": "work", "primary": True},
        *({"value": each, "primary": False} for each in additional),
    ]


def people(desk: Desk, *addresses: list[dict[str, Any]]) -> list[str]:
    return desk.written(*(desk.operation("person", body={"emails": each}) for each in addresses))


def held(desk: Desk, *values: list[dict[str, Any]]) -> tuple[list[Holder], int]:
    """The holders, and how many requests it took to find them."""
    bodies = desk.connector.normalise("person", [{"emails": each} for each in values])
    before = len(desk.sent)
    found = list(desk.connector.holders("person", "emails", [body["emails"] for body in bodies]))
    return found, len(desk.sent) - before


def test_a_value_is_held_there_and_in_the_trash_and_additional_addresses_hold_nothing(desk: Desk) -> None:
    here, gone, _ = people(desk, mail("here@x.org"), mail("gone@x.org"), mail("other@x.org", "free@x.org"))
    list(desk.connector.undo([desk.operation("person", Verb.DELETE, target_id=gone)]))
    asked = [mail("Free@x.org"), mail("HERE@x.org"), mail("gone@x.org"), mail("new@x.org", "other@x.org")]
    found, _ = held(desk, *asked)
    assert {(each.place, each.id, each.deleted) for each in found} == {(1, here, False), (2, gone, True)}
    assert all(each.marker == "" for each in found)  # nothing was made in this workspace yet that could hold one


def test_nobody_is_asked_where_nothing_is_brought_and_one_request_is_enough_where_few_are_there(desk: Desk) -> None:
    assert held(desk, [{"value": "a@x.org", "primary": False}]) == ([], 0)
    people(desk, mail("a@x.org"))
    found, requests = held(desk, *(mail(f"p{number}@x.org") for number in range(500)))
    assert (found, requests) == ([], 2)  # how many there are, and all of them


def test_among_many_the_values_themselves_are_asked_for(make_desk: MakeDesk) -> None:
    desk = make_desk({"batch": 200})
    crowd = people(desk, *(mail(f"crowd{number}@x.org") for number in range(450)))
    found, requests = held(desk, mail("crowd7@x.org"), mail("a(b@x.org"), mail("new@x.org"))
    assert [(each.place, each.id) for each in found] == [(0, crowd[7])]
    assert requests == 3  # how many there are, two of the values, and the one that only GraphQL can spell


def test_a_web_address_is_compared_as_it_is_stored(desk: Desk) -> None:
    body = {"name": "Acme", "domainName": "https://acme.example"}
    [company] = desk.written(desk.operation("company", body=body))
    found = list(desk.connector.holders("company", "domainName", ["https://other.example", "HTTPS://Acme.example/"]))
    assert [(each.place, each.id) for each in found] == [(1, company)]
