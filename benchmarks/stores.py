"""What the two encrypted stores cost, in CPU seconds of this process.

    python benchmarks/stores.py [RECORDS]          default: 100000

Stages generated patients with their visits, reads them back with a roll-up, then writes the journal of a load: one
intent and one outcome per record, in requests of 100. A restart after kill -9, verification and a delta without changes
are measured on what that left. Source rows are made while they are staged; their own cost is shown apart and not
subtracted.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson

from bridgework.journal import Intent, Journal, Outcome
from bridgework.model import FieldType, Reference, SourceDescription, SourceField, SourceObject, SourceRecord, Verb
from bridgework.staging import Records

KEY = bytes(range(32))
REQUEST = 100
CHILDREN = 4  # visits per patient
SPREAD = 7919  # a prime: visits of a patient lie far apart, as in a real export

PATIENTS = SourceObject(
    name="patients", fields=(SourceField(name="id"), SourceField(name="birthDate", type=FieldType.DATE))
)
VISITS = SourceObject(
    name="visits",
    fields=(SourceField(name="id"), SourceField(name="patientId"), SourceField(name="procedures", type=FieldType.DATA)),
    references=(Reference(field="patientId", object="patients"),),
)
SOURCE = SourceDescription(objects=(PATIENTS, VISITS), generated_at=datetime(2026, 3, 1, tzinfo=UTC), time_zone="UTC")


def scattered(number: int) -> str:
    """A UUID in no order, the same for the same number."""
    return str(UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128))


def patients(number: int) -> Iterator[SourceRecord]:
    for place in range(number):
        values = {
            "id": scattered(place),
            "firstName": f"First{place % 300}",
            "lastName": f"Last{place}",
            "birthDate": f"1980-01-{place % 28 + 1:02}",
            "email": f"a{place}@example.org",
            "phone": f"+1555{place:07}",
            "address": {"street": f"{place} Main St", "city": "Denver"},
            "balance": "12.50",
        }
        yield SourceRecord("patients", scattered(place), values, orjson.dumps(values), "patients.ndjson", place + 1)


def visits(number: int, parents: int) -> Iterator[SourceRecord]:
    for place in range(number):
        values = {
            "id": scattered(2**40 + place),
            "patientId": scattered(place * SPREAD % parents),
            "start": f"2025-01-{place % 28 + 1:02}T13:30:00Z",
            "status": ("completed", "scheduled")[place % 2],
            "procedures": [{"code": f"D{place % 99:04}", "fee": "12.00"}],
            "note": "a line of text about the visit",
        }
        yield SourceRecord("visits", str(values["id"]), values, orjson.dumps(values), "visits.ndjson", place + 1)


@contextmanager
def measured(label: str) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    spent, passed = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{label:44} {spent:8.2f} CPU s {passed:8.2f} s   peak {peak} MB", flush=True)


def staging(folder: Path, parents: int, children: int) -> None:
    with Records.create(folder / "records.db", KEY, "benchmark") as records:
        with measured("source rows alone"):
            sum(1 for _ in patients(parents)) + sum(1 for _ in visits(children, parents))
        writer = records.writer()
        with measured("staging: add, source rows included"):
            writer.begin(SOURCE)
            writer.add("patients", patients(parents))
            writer.add("visits", visits(children, parents))
        with measured("staging: freeze (references, inventory)"):
            writer.freeze()
        frozen = records.staging()
        with measured("staging: read every row"):
            for name in ("patients", "visits"):
                for _ in frozen.rows(name):
                    pass
        with measured("staging: roll-up of visits to patients"):
            for _ in frozen.parents_with_children("patients", "visits", "patientId"):
                pass
        with measured("delta without changes, source rows included"):
            writer.overlay(SOURCE)
            writer.add("patients", patients(parents))
            writer.add("visits", visits(children, parents))
            writer.freeze()


def intent(place: int) -> Intent:
    key = scattered(place)
    return Intent(
        verb=Verb.CREATE,
        stage="load",
        rule="patients",
        key=key,
        object="person",
        marker=f"sensei.patients.{key}/abc123",
        client_id=key,
        body_hash="b" * 32,
        mapped_hash="m" * 32,
    )


def _killed(path: Path, number: int) -> None:
    """Another process writes an intent and dies at once, the side files of the store as they are."""
    other = subprocess.run([sys.executable, __file__, "--die", str(path), str(number)], check=False)
    assert other.returncode == -signal.SIGKILL and path.with_name(f"{path.name}-wal").stat().st_size


def _die(path: Path, number: int) -> None:
    journal = Journal.open(path, KEY, "benchmark")
    journal.intend([intent(number)])
    os.kill(os.getpid(), signal.SIGKILL)


def load(path: Path, number: int) -> None:
    with Journal.create(path, KEY, "benchmark") as journal:
        journal.start_plan()
        with measured("journal: plan"):
            journal.plan("patients", "person", ((scattered(place), "m" * 32) for place in range(number)))
        with measured("journal: intend and settle, 100 per request"):
            for first in range(0, number, REQUEST):
                operations = journal.intend(intent(place) for place in range(first, min(first + REQUEST, number)))
                journal.mark_sent(operations)
                journal.settle(Outcome(operation, "done", id=str(operation)) for operation in operations)
    _killed(path, number)
    with measured("journal: after kill -9: doubt, first new intent"), Journal.open(path, KEY, "benchmark") as journal:
        assert len(list(journal.in_doubt())) == 1
        journal.intend([intent(number + 1)])
    with Journal.open(path, KEY, "benchmark") as journal:
        with measured("journal: verify"):
            assert journal.verify().ok
        with measured("journal: counts"):
            journal.counts()


def main() -> None:
    if sys.argv[1:2] == ["--die"]:
        _die(Path(sys.argv[2]), int(sys.argv[3]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="?", default=100_000)
    number = parser.parse_args().records
    folder = Path(tempfile.mkdtemp(prefix="bridgework-stores-"))
    try:
        parents = max(1, number // (CHILDREN + 1))
        staging(folder, parents, number - parents)
        load(folder / "journal.db", number)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
