"""The generated connector, writing many records in a request; and ways to break that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridgework import hookimpl
from bridgework.model import BatchRejected, Because, Operation, Rejected, Verb, WriteResult, Written

SIZE = 8  # records in a request
Base = Any


def batching_simulator(base: Base) -> Base:
    """The generated simulator, with a path that takes several records, all or none."""

    class Simulator(base):
        async def _create(self, request: Request) -> Response:
            bodies = await request.json()
            if not isinstance(bodies, list):
                answer: Response = await super()._create(request)
                return answer
            before = dict(self._tables[request.path_params["table"]])
            rows = []
            try:
                for body in bodies:
                    rows.append(await super()._create(_Alone(request, body)))
            except Exception:
                self._tables[request.path_params["table"]] = before
                raise
            return JSONResponse([json.loads(row.body) for row in rows], 201)

    return Simulator


class _Alone:
    """One record of a request that carries several."""

    def __init__(self, request: Request, body: Any) -> None:
        self.path_params = request.path_params
        self._body = body

    async def json(self) -> Any:
        return self._body


def batching(base: Base) -> Base:
    """A connector that sends its creates in requests of `SIZE`, as it should."""

    class Batching(base):
        capabilities = replace(
            base.capabilities,
            objects=tuple(
                replace(each, batch_size=3 * SIZE, records_per_request=SIZE) for each in base.capabilities.objects
            ),
        )

        @hookimpl
        def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
            creates = [each for each in batch if each.verb is Verb.CREATE]
            for start in range(0, len(creates), SIZE):
                yield from self.together(creates[start : start + SIZE])
            yield from super().write([each for each in batch if each.verb is not Verb.CREATE])

        def together(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            bodies = [{**each.body, "external_id": each.marker} for each in operations]
            answer = self.api.send("POST", f"/{operations[0].object}", json=bodies, for_=operations)
            if not answer.ok:
                yield self.refused(operations, answer)
                return
            for operation, row in self.paired(operations, answer.json):
                yield Written(operation.number, row["id"], str(row["version"]))

        def refused(self, operations: Sequence[Operation], answer: Any) -> Any:
            if len(operations) == 1:
                because = Because.LIMIT if answer.status == 403 else Because.RECORD
                return Rejected(operations[0].number, f"refused (HTTP {answer.status})", because=because)
            return BatchRejected(f"refused (HTTP {answer.status})", tuple(each.number for each in operations))

        def paired(self, operations: Sequence[Operation], rows: Sequence[Any]) -> Any:
            return zip(operations, rows, strict=True)

    return Batching


def pairs_answers_backwards(base: Base) -> Base:
    """Takes the answers for the operations in the other order."""

    class Mutant(batching(base)):
        def paired(self, operations: Sequence[Operation], rows: Sequence[Any]) -> Any:
            return zip(operations, reversed(rows), strict=True)

    return Mutant


def blames_everybody(base: Base) -> Base:
    """Refuses every record of a request that was refused, whoever the culprit is."""

    class Mutant(batching(base)):
        def together(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
            for result in super().together(operations):
                if not isinstance(result, BatchRejected):
                    yield result
                    continue
                for number in result.operations:
                    yield Rejected(number, result.reason)

    return Mutant
