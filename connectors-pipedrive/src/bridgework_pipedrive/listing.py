"""Walking over lists: v2 goes by cursor, v1 by offset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridgework.errors import StopRun
from bridgework_pipedrive.refusals import data

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient

PAGE = 500
FILES_PAGE = 100  # the largest page of files
IDS = 100  # the most ids of one request
_WALKS = 10  # over a list that changes

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
    """All rows of a v1 list, each once, though others come and go meanwhile.

    An offset counts from the beginning: what is deleted before it moves rows to a page that was read already. So every
    page begins with the last row of the one before; where that row is not there, the walk begins anew. Not every list
    documents a page size, so it is sent only if `params` hold one.

    :raises StopRun: the list changed again and again.
    """
    seen: set[Any] = set()
    for _ in range(_WALKS):
        last: Any = None
        for rows, overlaps in _pages(api, path, what, params):
            ids = [row["id"] for row in rows]
            if overlaps and last not in ids:
                break
            yield from (row for row in rows if row["id"] not in seen)
            seen.update(ids)
            last = ids[-1] if ids else None
        else:
            return
    raise StopRun(
        f"The {what} changed again and again while they were read.",
        cause="moving_list",
        next_step="run the same command again when fewer people delete there",
    )


def _pages(api: ApiClient, path: str, what: str, asked: dict[str, Any]) -> Iterator[tuple[list[Row], bool]]:
    """Pages of a v1 list, and whether each should begin with the last row of the one before.

    Some lists name the next start, others only say that there is more. The paging facts stand under `pagination` or
    beside it: for relationships, schema and published example differ.
    """
    overlap = 0

    def following(answer: Answer) -> Mapping[str, Any] | None:
        nonlocal overlap
        page = _additional(answer).get("pagination") or _additional(answer)
        if not page.get("more_items_in_collection"):
            return None
        start = page.get("next_start") or int(page.get("start") or 0) + int(page.get("limit") or FILES_PAGE)
        overlap = 1 if len(data(answer, what) or ()) > 1 else 0  # a page of one row would come again for ever
        return {**asked, "start": int(start) - overlap}

    for answer in api.pages(path, asked, following):
        yield data(answer, what) or [], overlap > 0


def whole_seconds(moment: datetime) -> str:
    """`updated_since` refuses fractions of a second; rounding down loses nothing."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _additional(answer: Answer) -> Mapping[str, Any]:
    found = answer.json.get("additional_data") if isinstance(answer.json, dict) else None
    return found if isinstance(found, Mapping) else {}
