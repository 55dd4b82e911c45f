"""Reading back one record in a hundred while the load runs: what the destination did not keep as it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bridgework.stages.comparing import compare, number_fields
from bridgework.stages.load.circuit import Circuit

if TYPE_CHECKING:
    from bridgework.migration import Migration
    from bridgework.stages.load.answers import Done, Job

EVERY = 100
TOGETHER = 10  # records that are read back with one request


class Sampling:
    """The samples of one run; used by one thread."""

    def __init__(self, migration: Migration, circuit: Circuit) -> None:
        self._migration = migration
        self._circuit = circuit
        self._written: Counter[str] = Counter()  # rule -> records written
        self._taken: dict[str, list[tuple[Job, str]]] = {}  # rule -> samples that are not read back yet
        self._read: Counter[str] = Counter()
        self._altered: Counter[tuple[str, str, str]] = Counter()

    def heard(self, rule: str, done: Sequence[Done]) -> None:
        """Records of a rule: the first that is written, and every hundredth after it, is a sample."""
        written = [each for each in done if each.outcome.state == "done" and each.job.body]
        for each in written[-self._written[rule] % EVERY :: EVERY]:
            self._taken.setdefault(rule, []).append((each.job, each.outcome.id))
            if len(self._taken[rule]) >= TOGETHER:
                self.read(rule)
        self._written[rule] += len(written)

    def read(self, rule: str) -> None:
        """Read the samples of a rule back and compare."""
        samples = self._taken.pop(rule, [])
        if not samples:
            return
        name = samples[0][0].intent.object
        stored = self._migration.read_records(name, [id_ for _, id_ in samples])
        expected = self._migration.hooks.normalise(name, [job.body for job, _ in samples])
        fields = self._migration.schema.object(name).fields
        labels, numbers = {field.key: field.label for field in fields}, number_fields(fields)
        for (job, id_), will in zip(samples, expected, strict=True):
            record = stored.get(id_)
            if record is None or record.deleted:
                continue
            self._read[rule] += 1
            found = compare(job.body, will, record.values, numbers)
            differing = [each for each in found if each.kind in ("lost", "wrong")]
            for each in differing:
                self._altered[rule, labels.get(each.field, each.field), each.kind] += 1
            self._circuit.forgotten(name, next((each.field for each in differing if each.kind == "lost"), ""))

    def altered(self) -> list[dict[str, Any]]:
        """Fields that the destination altered, with how many samples of how many."""
        return [
            {"rule": rule, "field": label, "what": kind, "records": number, "sampled": self._read[rule]}
            for (rule, label, kind), number in sorted(self._altered.items())
        ]
