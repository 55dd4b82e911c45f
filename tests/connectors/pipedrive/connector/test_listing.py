"""Lists that change while they are walked: every row that stays is seen, and seen once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bridgework.client import ApiClient, MemoryBudgetStore
from bridgework.clock import FakeClock
from bridgework.errors import StopRun
from bridgework.model import Service
from bridgework_pipedrive.listing import by_offset

from .conftest import Ledger

PAGE = 5
Step = Callable[[list[int]], None]


class Moving:
    """A list of ids behind an offset; `steps` happen to it one after the other, each after a page was given."""

    def __init__(self, ids: list[int], *steps: Step, names_next: bool = True) -> None:
        self.ids, self.steps, self.names_next = ids, list(steps), names_next
        self.pages = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.pages += 1
        start = int(request.url.params.get("start", 0))
        rows = [{"id": each} for each in self.ids[start : start + PAGE]]
        more = len(self.ids) > start + PAGE
        paging: dict[str, Any] = {"start": start, "limit": PAGE, "more_items_in_collection": more}
        if more and self.names_next:
            paging["next_start"] = start + PAGE
        if self.steps:
            self.steps.pop(0)(self.ids)
        answer = {"success": True, "data": rows or None, "additional_data": {"pagination": paging}}
        return httpx.Response(200, json=answer)


@pytest.fixture
def walked() -> Iterator[Callable[[Moving], list[int]]]:
    """The ids that a walk over a list gives."""
    made: list[ApiClient] = []

    def walk(moving: Moving) -> list[int]:
        service = Service(base_url="https://columbine.pipedrive.com")
        wire = httpx.MockTransport(moving)
        made.append(ApiClient(service, ledger=Ledger(), budgets=MemoryBudgetStore(), clock=FakeClock(), transport=wire))
        return [row["id"] for row in by_offset(made[-1], "/api/v1/notes", "notes", sort="id DESC")]

    yield walk
    for api in made:
        api.close()


def delete(*gone: int) -> Step:
    return lambda ids: ids.__setitem__(slice(None), [each for each in ids if each not in gone])


def insert(*new: int) -> Step:
    return lambda ids: ids.__setitem__(slice(None), sorted({*ids, *new}, reverse=True))


def nothing(ids: list[int]) -> None:
    pass


@pytest.mark.parametrize("names_next", [True, False])
def test_a_list_that_stands_still_is_walked_once(walked: Callable[[Moving], list[int]], names_next: bool) -> None:
    moving = Moving(list(range(20, 0, -1)), names_next=names_next)
    assert walked(moving) == list(range(20, 0, -1))
    assert moving.pages == 5  # each begins with the last row of the one before


@pytest.mark.parametrize("gone", [20, 18, 16])
def test_a_row_that_is_deleted_behind_us_hides_none_of_those_before_us(
    walked: Callable[[Moving], list[int]], gone: int
) -> None:
    """Else a record that is there would be taken for absent, and written again."""
    seen = walked(Moving(list(range(20, 0, -1)), nothing, delete(gone)))
    assert len(seen) == len(set(seen))
    assert {*seen, gone} == set(range(1, 21))


def test_rows_that_are_added_meanwhile_show_none_twice(walked: Callable[[Moving], list[int]]) -> None:
    """Else one record would be taken for two of the same identity."""
    seen = walked(Moving(list(range(20, 0, -1)), insert(21, 22), nothing, insert(23)))
    assert seen == list(range(20, 0, -1))


def test_both_at_once_and_the_end_of_the_list_are_no_exception(walked: Callable[[Moving], list[int]]) -> None:
    seen = walked(Moving(list(range(20, 0, -1)), delete(19, 18, 17), insert(21), delete(*range(1, 12))))
    assert len(seen) == len(set(seen))
    assert {20, 16, 15, 14, 13, 12, 21} <= set(seen)


def test_a_list_that_never_stands_still_is_not_taken_for_whole(walked: Callable[[Moving], list[int]]) -> None:
    def endlessly(ids: list[int]) -> None:
        del ids[:PAGE]

    with pytest.raises(StopRun, match="notes"):
        walked(Moving(list(range(1000, 0, -1)), *[endlessly] * 1000))


def test_an_empty_list_is_empty(walked: Callable[[Moving], list[int]]) -> None:
    assert walked(Moving([])) == []
