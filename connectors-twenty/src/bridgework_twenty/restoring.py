"""Records back from the trash, by the way this server has.

REST restores many at once on a route that moved between releases; its route for a single record is broken in 2.21.
Which one a server has stands in the description it gives of itself. GraphQL is the same everywhere, and takes over
where there is no route or it does not work. Reference on Twenty, sections 3, 7 and 16.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bridgework.errors import NotSent
from bridgework.model import BatchRejected, Operation, Rejected, WriteResult, Written
from bridgework_twenty import refusals
from bridgework_twenty.answering import records
from bridgework_twenty.catalogue import Catalogue, Kind
from bridgework_twenty.reading import GRAPHQL

if TYPE_CHECKING:
    from bridgework.client import Answer, ApiClient

FIRST, LATER = "/rest/restore/{}", "/rest/{}/restore"  # 2.21, and releases after it
_DESCRIPTION = "/rest/open-api/core"
_GONE = "the record is not in the trash any more"


def rest_route(api: ApiClient) -> str:
    """The route that restores many records, with a place for the plural name; empty if the server describes none."""
    answer = api.get(_DESCRIPTION, accept=(400, 403, 404))
    body = answer.refusal
    described = body.get("paths") if isinstance(body, dict) and answer.ok else None
    paths = [str(path).strip("/").split("/") for path in described] if isinstance(described, dict) else []
    if any(len(path) == 2 and path[1] == "restore" for path in paths):
        return LATER
    return FIRST if any(len(path) == 2 and path[0] == "restore" for path in paths) else ""


class Restorer:
    """Restores through the client. Learns once per run which way there is."""

    def __init__(self, api: ApiClient, catalogue: Catalogue) -> None:
        self._api, self._catalogue = api, catalogue
        self._route: str | None = None

    def restore(self, operations: Sequence[Operation], together: int) -> Iterator[WriteResult]:
        """Restore records of one object, at most so many in a request. What is not there any more is refused."""
        kind = self._catalogue.kind(operations[0].object)
        for start in range(0, len(operations), together):
            yield from self._restored(kind, operations[start : start + together])

    def _restored(self, kind: Kind, operations: Sequence[Operation]) -> Iterator[WriteResult]:
        if self._route is None:
            self._route = rest_route(self._api)
        answer = self._by_rest(kind, operations) if self._route else self._by_graphql(kind, operations)
        numbers = tuple(each.number for each in operations)
        if not answer.ok:
            if (error := refusals.denied(answer, numbers, f"restoring {kind.plural}")) is not None:
                raise error
            if self._route:
                self._route = ""
                raise NotSent("The REST route for restoring does not work; GraphQL is asked.", operations=numbers)
            if len(operations) > 1:
                yield BatchRejected(refusals.reason(answer), numbers)
            else:
                yield refusals.rejected(numbers[0], answer, kind.fields)
            return
        back = {str(row["id"]): row for row in records(answer)}
        for each in operations:
            row = back.get(each.target_id)
            if row is None:
                yield Rejected(each.number, _GONE)
            else:
                yield Written(each.number, each.target_id, str(row.get("updatedAt") or ""))

    def _by_rest(self, kind: Kind, operations: Sequence[Operation]) -> Answer:
        """Without its filter the route runs over every record: it is never sent without one."""
        assert operations and self._route
        wanted = ",".join(each.target_id for each in operations)
        params = {"filter": f"id[in]:[{wanted}]", "depth": 0}
        return self._api.send("PATCH", self._route.format(kind.plural), for_=operations, params=params)

    def _by_graphql(self, kind: Kind, operations: Sequence[Operation]) -> Answer:
        name = f"restore{kind.plural[:1].upper()}{kind.plural[1:]}"
        wanted = json.dumps([each.target_id for each in operations])
        query = f"mutation {{ {name}(filter: {{id: {{in: {wanted}}}}}) {{ id updatedAt }} }}"
        return self._api.send("POST", GRAPHQL, for_=operations, json={"query": query})
