"""Walking over lists: v2 goes by cursor, v1 by offset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridgework_pipedrive.refusals import data

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient

PAGE = 500
FILES_PAGE = 100  # the largest page of files
IDS = 100  # the most ids of one request

Row = dict[str, Any]


def by_cursor(api: ApiClient, path: str, what: str, **params: Any) -> Iterator[Row]:
    """All rows of a v2 list, 500 a page, unless `params` say otherwise."""
    asked = {"limit": PAGE, **params}

    def following(answer: Answer) -> Mapping[str, Any] | None:
        cursor = _additional(answer).get("next_cursor")
        return {**asked, "cursor": cursor} if cursor else None

    for answer in api.pages(path, asked, following):
        yield from data(answer, what) or ()


def by_offset(api: ApiClient, path: str, what: str, **params: Any) -> Iterator[Row]:
    """All rows of a v1 list. Some lists name the next start, others only say that there is more.

    The paging facts stand under `pagination` or beside it: for relationships, schema and published example differ.
    Not every list documents a page size, so it is sent only if `params` hold one.
    """
    asked = dict(params)

    def following(answer: Answer) -> Mapping[str, Any] | None:
        page = _additional(answer).get("pagination") or _additional(answer)
        if not page.get("more_items_in_collection"):
            return None
        start = page.get("next_start") or int(page.get("start") or 0) + int(page.get("limit") or FILES_PAGE)
        return {**asked, "start": start}

    for answer in api.pages(path, asked, following):
        yield from data(answer, what) or ()


def whole_seconds(moment: datetime) -> str:
    """`updated_since` refuses fractions of a second; rounding down loses nothing."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _additional(answer: Answer) -> Mapping[str, Any]:
    found = answer.json.get("additional_data") if isinstance(answer.json, dict) else None
    return found if isinstance(found, Mapping) else {}
