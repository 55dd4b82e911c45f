"""What the engine costs: read, stage, map and send records to a trivial local server, encryption and journal on.

    python benchmarks/engine.py [--records 100000 300000]

Every size runs in a process of its own, the server in another. Prints CPU seconds of the engine per 100,000 records, by
stage, and the peak memory of its process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from bridgework import connection, hookimpl, plugins
from bridgework.connection import Surroundings
from bridgework.migration import Migration
from bridgework.model import (
    Capabilities,
    Created,
    DestinationSchema,
    Dropped,
    FieldType,
    Identity,
    ObjectCapability,
    Operation,
    Owner,
    Present,
    Receipt,
    SchemaOperation,
    Service,
    SourceDescription,
    SourceField,
    SourceObject,
    SourceRecord,
    StoredRecord,
    TargetField,
    TargetObject,
    Undone,
    Written,
)
from bridgework.stages.extract import extract
from bridgework.stages.init import init
from bridgework.stages.load import FieldBook, Loader, Resolver
from bridgework.stages.rules import target_rules
from bridgework.stages.survey import survey

BATCH = int(os.environ.get("BENCHMARK_BATCH", "100"))
FIELDS = ("name", "email", "phone", "city", "status", "number", "birth", "note")
MAPPING = """
rules:
  people:
    from: people
    to: person
    fields:
      name: {text: "{first} {last}"}
      email: email
      phone: phone
      city: city
      status: {from: status, values: {A: Active, I: Inactive}}
      number: number
      birth: birth
      note: {from: note, use: one_line}
"""


class Settings(BaseModel):
    """How many rows, or where the server is."""

    rows: int = 0
    base_url: str = ""


class Source:
    """Rows as a file would give them: read with orjson, raw text kept."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self.rows = settings.rows

    @hookimpl
    def describe_source(self) -> SourceDescription:
        names = ("id", "first", "last", "email", "phone", "city", "status", "number", "birth", "note")
        fields = tuple(SourceField(name=name) for name in names)
        people = SourceObject(name="people", fields=fields, rows=self.rows)
        return SourceDescription(objects=(people,), generated_at=datetime(2026, 11, 1, tzinfo=UTC), time_zone="UTC")

    @hookimpl
    def extract(self, object_name: str) -> Iterator[SourceRecord]:
        for number in range(self.rows):
            raw = (
                f'{{"id":"p{number}","first":"Ana","last":"Ruiz {number}","email":"p{number}@example.org",'
                f'"phone":"+1303555{number % 10000:04d}","city":"Denver","status":"A","number":"{number}",'
                f'"birth":"1980-01-{number % 28 + 1:02d}","note":"prefers mornings, record {number}"}}'
            ).encode()
            values = orjson.loads(raw)
            yield SourceRecord(object_name, values["id"], values, raw, "people.ndjson", number + 1)


class Destination:
    """Takes batches with client ids."""

    Settings = Settings
    capabilities = Capabilities(
        objects=(
            ObjectCapability(
                name="person", identity=Identity(kind="client-id"), batch_size=BATCH, records_per_request=BATCH
            ),
        ),
        field_types=frozenset(FieldType),
    )

    def __init__(self, settings: Settings, api: Any) -> None:
        self.api = api

    @classmethod
    def services(cls, settings: Settings) -> tuple[Service, ...]:
        return (Service(base_url=settings.base_url),)

    @hookimpl
    def describe_destination(self) -> DestinationSchema:
        fields = tuple(TargetField(key=name, label=name, type=FieldType.TEXT) for name in FIELDS)
        person = TargetObject(name="person", label="Person", fields=fields)
        return DestinationSchema(account="bench", account_label="Benchmark", objects=(person,))

    @hookimpl
    def create_schema(self, operation: SchemaOperation) -> Created | Present:
        return Present(Receipt.of(operation, operation.name, created=True))

    @hookimpl
    def drop_schema(self) -> Dropped:
        return Dropped()

    @hookimpl
    def list_owners(self) -> list[Owner]:
        return []

    @hookimpl
    def write(self, batch: Sequence[Operation]) -> Iterator[Written]:
        rows = [{"id": str(operation.client_id), **operation.body} for operation in batch]
        answer = self.api.send("POST", "/people", json=rows, for_=batch)
        for operation, made in zip(batch, answer.json["ids"], strict=True):
            yield Written(operation.number, made)

    @hookimpl
    def read(self, ids: Sequence[str]) -> list[StoredRecord]:
        return []

    @hookimpl
    def scan(self) -> list[StoredRecord]:
        return []

    @hookimpl
    def undo(self, operations: Sequence[Operation]) -> Iterator[Undone]:
        return iter(())


class Pair:
    """Eight fields, one transform, one value map."""

    source = "bench"
    destination = "bench"

    @hookimpl
    def mapping(self) -> str:
        return MAPPING


CLASSES = {"source": Source, "destination": Destination, "pair": Pair}

SERVER = """
import asyncio, json, sys
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            lines = head.lower().split(b"\\r\\n")
            length = next((int(each.split(b":")[1]) for each in lines if each.startswith(b"content-length")), 0)
            rows = json.loads(await reader.readexactly(length)) if length else []
            body = json.dumps({"ids": [row["id"] for row in rows]}).encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\n")
            writer.write(b"content-length: %d\\r\\n\\r\\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionResetError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), limit=1 << 24)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def measure(rows: int) -> dict[str, Any]:
    """Run one size in this process."""
    for module in ("markup", "pages"):  # compiling what the reports import is no cost of records
        import_module(f"bridgework.reports.{module}")
    plugins.load_class = lambda role, name: CLASSES[role]
    connection.plugins.distribution_of = lambda role, name: "benchmark"
    import bridgework.stages.init as init_module

    init_module.load_class = plugins.load_class
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    server.stdout.readline()
    stages: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["XDG_CONFIG_HOME"] = temporary
        folder = Path(temporary) / "migration"
        settings = {
            "migration.currency": "USD",
            "source.rows": str(rows),
            "destination.base_url": f"http://127.0.0.1:{port}",
        }
        init(folder, source="bench", destination="bench", pair="bench", settings=settings)
        start = time.perf_counter()
        around = Surroundings(plugin=lambda role, name: CLASSES[role])
        with Migration.open(folder, destination=True, around=around) as migration:
            _timed(stages, "extract and stage", lambda: extract(migration))
            _timed(stages, "survey", lambda: survey(migration))
            resolver = Resolver(FieldBook(migration.schema, ()), {}, frozenset())
            loader = Loader(migration, resolver, stage="load")
            _timed(stages, "map and load", lambda: loader.run(target_rules(migration.plan)))
            created = loader.outcomes["people"]["created"]
        wall = time.perf_counter() - start
    server.terminate()
    if created != rows:
        raise SystemExit(f"{created} of {rows} records arrived")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "stages": stages, "peak_mb": peak, "wall": wall}


def _timed(stages: dict[str, float], name: str, work: Any) -> None:
    before = time.process_time()
    work()
    stages[name] = time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[100_000, 300_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    results = []
    for rows in arguments.records:
        answer = subprocess.run(
            [sys.executable, __file__, "--one", str(rows)], check=True, stdout=subprocess.PIPE, text=True
        )
        results.append(json.loads(answer.stdout))
    names = list(results[0]["stages"])
    print(f"| records | {' | '.join(names)} | CPU s per 100,000 (read + map + load) | peak MB |")
    print("|" + "---|" * (len(names) + 3))
    for result in results:
        per = {name: seconds / result["rows"] * 100_000 for name, seconds in result["stages"].items()}
        core = per["extract and stage"] + per["map and load"]
        cells = " | ".join(f"{per[name]:.2f}" for name in names)
        print(f"| {result['rows']:,} | {cells} | {core:.2f} | {result['peak_mb']:.0f} |")


if __name__ == "__main__":
    main()
