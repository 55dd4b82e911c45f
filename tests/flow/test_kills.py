"""The process ends at any instant: after the same command has run again, everything is there once and nothing twice."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from .account import Record
from .bench import Bench
from .conftest import PEOPLE, MakeBench, StartSandbox
from .exports import LATER, little_practice
from .proof.results import note, seeds

pytestmark = pytest.mark.slow
CRASHED = 137
PATIENCE = 300.0
KILLS = 6


class Tripwire:
    """Stands between the wire and the simulator and holds one write until the test lets it go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._released = threading.Event()
        self._left = 0
        self._executed_first = False

    def arm(self, writes: int, *, executed: bool) -> None:
        """Hold the so-manieth write from now on: before it is carried out, or `executed` and without its answer."""
        self.reached.clear()
        self._released.clear()
        self._left, self._executed_first = writes, executed

    def release(self) -> None:
        self._left = 0
        self._released.set()

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["method"] == "GET" or not self._due():
                return await app(scope, receive, send)
            if not self._executed_first:
                await self._hold()
                return await app(scope, receive, send)
            answer: list[Any] = []

            async def keep(message: Any) -> None:
                answer.append(message)

            await app(scope, receive, keep)
            await self._hold()
            for message in answer:
                await send(message)

        return guarded

    def _due(self) -> bool:
        self._left -= 1
        return self._left == 0

    async def _hold(self) -> None:
        self.reached.set()
        await asyncio.to_thread(self._released.wait, PATIENCE)


@pytest.mark.parametrize("seed", seeds(2, 10))
def test_killed_in_the_middle_of_writes_a_load_ends_as_if_nothing_had_happened(
    make_bench: MakeBench, start_sandbox: StartSandbox, expected: dict[str, Record], seed: int
) -> None:
    """T4."""
    wire = Tripwire()
    bench = make_bench(little_practice(PEOPLE), sandbox=start_sandbox(wrap=wire))
    bench.ready_to_load(size=1)
    moments = random.Random(seed)
    killed = 0
    for _ in range(KILLS):
        wire.arm(moments.randint(1, 6), executed=moments.random() < 0.5)
        process = bench.spawn("load")
        ended = threading.Thread(target=lambda running=process: (running.wait(), wire.reached.set()))
        ended.start()
        assert wire.reached.wait(PATIENCE)
        killed += process.poll() is None
        process.kill()
        ended.join()
        process.communicate()
        wire.release()
    note("kills survived", killed)
    assert killed > KILLS // 2, "the moments are too late to kill anything"
    bench.until_done("load")
    assert bench.account.records() == expected
    assert bench.call("log", "--verify")["verified"]["ok"] is True


CRASHES = {
    "schema --apply": ["event.after:1", "intend.after:1", "receipt.before:2", "settle.before:4", "settle.after:6"],
    "sample --size 2": ["intend.before:2", "intend.after:2", "settle.before:1", "settle.after:3"],
    "load": ["intend.after:1", "settle.before:1", "settle.after:2", "intend.before:2", "settle.before:2"],
}


def crashing(bench: Bench, command: str, points: list[str]) -> None:
    """Run a command once per crash point, then until it is through."""
    for point in points:
        process = bench.spawn(*command.split(), crash=point)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == CRASHED, f"{command} at {point}: {errors.decode()[-1500:]}"
    bench.until_done(*command.split())


def test_crashed_at_every_kind_of_commit_a_migration_ends_as_if_nothing_had_happened(
    make_bench: MakeBench, expected: dict[str, Record]
) -> None:
    """T2, over sockets."""
    bench = make_bench(little_practice(PEOPLE))
    before = bench.account.content()
    bench.audited()
    bench.call("plan", code=(0, 1))
    bench.approve("mapping")
    bench.approve("schema")
    crashing(bench, "schema --apply", CRASHES["schema --apply"])
    bench.call("owners", code=(0, 1))
    bench.approve("owners")
    crashing(bench, "sample --size 2", CRASHES["sample --size 2"])
    bench.call("diff")
    bench.approve("sample")
    crashing(bench, "load", CRASHES["load"])
    assert bench.account.records() == expected
    crashing(bench, "rollback --schema", ["intend.after:1", "settle.before:2", "settle.after:3", "intend.after:9"])
    assert bench.account.content() == before


def test_a_delta_that_crashed_is_finished_by_the_next_one(make_bench: MakeBench, tmp_path: Any) -> None:
    export = little_practice(4)
    bench = make_bench(export)
    bench.loaded()
    for row in export.rows["patients"]:
        row["preferredName"] = "changed"
        row["updatedAt"] = "2026-11-02T12:00:00Z"
    export.generated_at = LATER
    export.write(tmp_path / "migration-export")
    crashing(bench, "delta", ["event.before:1", "event.after:1", "event.after:2", "intend.after:1", "settle.before:1"])
    modified = {bench.account.custom("person", row)["Original modified"] for row in bench.account.rows("persons")}
    assert modified == {"2026-11-02"}
