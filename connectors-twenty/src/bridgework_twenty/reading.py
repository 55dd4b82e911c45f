"""Records as stored: by id, and all of them. Pages may be shorter than asked for; the cursor says what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridgework.errors import StopRun
from bridgework.model import StoredRecord
from bridgework_twenty import stored
from bridgework_twenty.catalogue import Catalogue, Kind
from bridgework_twenty.limits import errors
from bridgework_twenty.refusals import read_refused

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient

GRAPHQL = "/graphql"
PAGE = 200  # the most the server gives; it cuts larger numbers in silence
NAMED = 150  # ids in one address: a request line of 8 kB, where a proxy's patience usually ends, holds some 190
ANY = "or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL)"  # deleted records are hidden unless the filter speaks of them
CAPPED = "x-twenty-fields-capped"  # releases after 2.21: an object with more than 200 fields is given in part
Row = dict[str, Any]


def read(api: ApiClient, catalogue: Catalogue, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
    """Records by id, those in the trash marked. Ids that are not there are left out."""
    kind = catalogue.kind(object_name)
    for start in range(0, len(ids), NAMED):
        wanted = ",".join(ids[start : start + NAMED])
        for row in rows(api, kind, filter=f"and(id[in]:[{wanted}],{ANY})"):
            yield stored.record(kind, row)


def scan(api: ApiClient, catalogue: Catalogue, object_name: str, since: datetime | None) -> Iterator[StoredRecord]:
    """All records that are not in the trash, by ascending id; `since` compares the server's time of change."""
    kind = catalogue.kind(object_name)
    asked = {"filter": f"updatedAt[gte]:{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"} if since else {}
    for row in rows(api, kind, **asked):
        yield stored.record(kind, row)


def rows(api: ApiClient, kind: Kind, **params: Any) -> Iterator[Row]:
    """Rows of an object, page after page. Relations appear as their join columns (depth 0)."""
    asked = {"limit": PAGE, "depth": 0, **params}

    def following(answer: Answer) -> Mapping[str, Any] | None:
        page = _page(answer)
        cursor = page.get("endCursor")
        return {"starting_after": cursor} if page.get("hasNextPage") and cursor else None

    first = api.get(kind.path, asked, accept=(400, 403))
    if not first.ok:
        raise read_refused(first, f"the {kind.plural}")
    yield from _rows(first, kind)
    if (more := following(first)) is not None:
        for answer in api.pages(kind.path, {**asked, **more}, following):
            yield from _rows(answer, kind)


def with_values(api: ApiClient, kind: Kind, field: str, part: str, values: Sequence[str]) -> list[str]:
    """Ids of the rows that hold one of the values, those in the trash too: by variables, in which anything can stand.

    None where GraphQL gives no answer: a write that clashes says so.
    """
    held: Any = {"in": list(values)}
    anywhere = [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]
    chosen = {"and": [{field: {part: held} if part else held}, {"or": anywhere}]}
    input_type = f"{kind.name[:1].upper()}{kind.name[1:]}FilterInput"
    query = f"query($f: {input_type}) {{ {kind.plural}(filter: $f) {{ edges {{ node {{ id }} }} }} }}"
    answer = api.query(GRAPHQL, json={"query": query, "variables": {"f": chosen}}, accept=(200, 400, 403))
    body = answer.refusal
    data = body.get("data") if isinstance(body, dict) and not errors(body) else None
    found = data.get(kind.plural) if isinstance(data, dict) else None
    edges = found.get("edges") if isinstance(found, dict) else None
    return [str(each["node"]["id"]) for each in edges or ()]


def count(api: ApiClient, kind: Kind, chosen: str) -> int:
    """How many rows a filter chooses: one request without rows."""
    answer = api.get(kind.path, {"limit": 0, "depth": 0, "filter": chosen}, accept=(400, 403))
    found = answer.json.get("totalCount") if answer.ok and isinstance(answer.json, dict) else None
    if not isinstance(found, int):
        raise read_refused(answer, f"the {kind.plural}")
    return found


def _rows(answer: Answer, kind: Kind) -> list[Row]:
    data = answer.json.get("data") if isinstance(answer.json, dict) else None
    found = data.get(kind.plural) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise read_refused(answer, f"the {kind.plural}")
    listed = [row for row in found if isinstance(row, dict) and row.get("id")]
    if CAPPED in answer.headers and any(each.wire not in row for row in listed for each in kind.fields.values()):
        raise StopRun(
            f"Twenty gives only a part of the fields of {kind.plural}: the object has more than it gives at once.",
            cause="destination",
            next_step="remove fields that nobody needs from the object, then run the same command again",
        )
    return listed


def _page(answer: Answer) -> Mapping[str, Any]:
    found = answer.json.get("pageInfo") if isinstance(answer.json, dict) else None
    return found if isinstance(found, Mapping) else {}
