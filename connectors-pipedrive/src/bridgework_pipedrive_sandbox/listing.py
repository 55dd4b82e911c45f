"""Pages: opaque keyset cursors in v2, start and limit in v1."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, listed, malformed
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.tables import Table

Keep = Callable[[Record], bool]
_MOST = 500  # records of a page


def keyset_page(
    call: Call,
    table: Table,
    candidates: Iterable[Record] | None,
    keep: Keep,
    *,
    sortable: tuple[str, ...] = ("id", "update_time", "add_time"),
) -> tuple[list[Record], str | None]:
    """One page and the cursor of the next, which is None on the last page.

    ``candidates`` None means the whole table. There is no snapshot: what is added behind the cursor appears.
    """
    limit = call.page_size(_MOST)
    by, descending = _order(call, sortable)
    after = _decode(call, by, descending) if "cursor" in call.query else None
    if by == "id" and candidates is None:
        last = None if after is None else int(after[1])
        rows = table.descending(last) if descending else table.ascending(last)
        page = list(islice(filter(keep, rows), limit + 1))
    else:
        page = _sorted_page(table.ascending() if candidates is None else candidates, keep, by, descending, after, limit)
    if len(page) <= limit:
        return page, None
    page = page[:limit]
    return page, _encode(call, by, descending, _key(page[-1], by))


def _sorted_page(
    rows: Iterable[Record], keep: Keep, by: str, descending: bool, after: tuple[str | int, int] | None, limit: int
) -> list[Record]:
    ordered = sorted(filter(keep, rows), key=lambda row: _key(row, by))
    if descending:
        ordered.reverse()
    start = 0
    if after is not None:
        if descending:
            start = next((at for at, row in enumerate(ordered) if _key(row, by) < after), len(ordered))
        else:
            start = bisect_right(ordered, after, key=lambda row: _key(row, by))
    return ordered[start : start + limit + 1]


def _key(row: Record, by: str) -> tuple[str | int, int]:
    return (row["id"] if by == "id" else row.get(by) or "", row["id"])


def _order(call: Call, sortable: tuple[str, ...]) -> tuple[str, bool]:
    by = call.query.get("sort_by", "id")
    direction = call.query.get("sort_direction", "asc")
    if by not in sortable:
        raise malformed(f"sort_by: must be one of {', '.join(sortable)}")
    if direction not in ("asc", "desc"):
        raise malformed("sort_direction: must be one of asc, desc")
    return by, direction == "desc"


def _encode(call: Call, by: str, descending: bool, key: tuple[str | int, int]) -> str:
    issued = call.company.now().timestamp()
    return base64.urlsafe_b64encode(orjson.dumps([by, descending, *key, issued])).decode().rstrip("=")


def _decode(call: Call, by: str, descending: bool) -> tuple[str | int, int]:
    cursor, lifetime = call.query["cursor"], call.company.options.cursor_lifetime
    try:
        kept = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kept_by, kept_descending, value, row_id, issued = kept
        expired = bool(lifetime) and call.company.now().timestamp() > issued + lifetime
    except (binascii.Error, ValueError, TypeError):
        raise malformed("cursor: is not valid") from None
    fitting = isinstance(row_id, int) and isinstance(value, int if by == "id" else str)
    if (kept_by, kept_descending) != (by, descending) or not fitting:
        raise malformed("cursor: belongs to another order")
    if expired:
        raise malformed("cursor: has expired")
    return value, row_id


def encode_offset(start: int) -> str:
    """The cursor of a search, whose order is its own."""
    return base64.urlsafe_b64encode(orjson.dumps({"start": start})).decode().rstrip("=")


def decode_offset(cursor: str) -> int:
    try:
        start = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))["start"]
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise malformed("cursor: is not valid") from None
    if not isinstance(start, int) or start < 0:
        raise malformed("cursor: is not valid")
    return start


def offset(call: Call, most: int) -> tuple[int, int]:
    """start and limit of a v1 list."""
    start = call.number("start", 0)
    assert start is not None
    if start < 0:
        raise Refused(400, "start must not be negative")
    return start, call.page_size(most)


def v1_page(
    call: Call,
    rows: Iterator[Record],
    render: Callable[[Record], Any],
    *,
    most: int,
    nested: bool = True,
    next_start: bool = True,
) -> Reply:
    """A page in the v1 form: paging facts nested under ``pagination``, most lists with next_start, or plain without."""
    start, limit = offset(call, most)
    page = list(islice(rows, start, start + limit + 1))
    more = len(page) > limit
    facts: Record = {"start": start, "limit": limit, "more_items_in_collection": more}
    shown = [render(row) for row in page[:limit]]
    if not nested:
        return listed(shown, **facts)
    if more and next_start:
        facts["next_start"] = start + limit
    return listed(shown, pagination=facts)
