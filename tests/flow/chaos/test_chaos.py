"""A middle box that nobody can trust stands between `load` and the account; the command is repeated until it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..account import Record
from ..bench import Answer, Bench
from ..conftest import PEOPLE, MakeBench
from ..exports import little_practice
from ..proof.results import note, seeds
from .proxies import Cutter, Gateway

pytestmark = pytest.mark.slow
MOST_RUNS = 60
SEEDS = seeds(1, 20)


@contextmanager
def behind(bench: Bench, proxy: Cutter | Gateway) -> Iterator[None]:
    """destination.base_url leads to the proxy meanwhile, as an operator would write it."""
    file = bench.folder / "migration.toml"
    before = file.read_text("utf-8")
    with proxy:
        file.write_text(re.sub(r'(?m)^base_url = ".*"$', f'base_url = "{proxy.base_url}"', before), "utf-8")
        try:
            yield
        finally:
            file.write_text(before, "utf-8")


def until_through(bench: Bench, *command: str) -> tuple[Answer, int]:
    """Nothing but the same command again, as long as it says that it stopped; its answer, and how often it ran."""
    for runs in range(1, MOST_RUNS):
        answer = bench.call(*command, code=(0, 1, 3))
        if answer["state"] in ("done", "differences"):
            return answer, runs
        assert answer["next"], answer
        assert answer["cause"] != "internal", answer
    raise AssertionError(f"{command} is not through: {answer['message']}")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rate", [0.1, 0.4])
@pytest.mark.parametrize("kind", [Cutter, Gateway])
def test_behind_a_proxy_that_breaks_at_random_every_record_is_there_exactly_once(
    make_bench: MakeBench, expected: dict[str, Record], kind: type[Cutter | Gateway], rate: float, seed: int
) -> None:
    bench = make_bench(little_practice(PEOPLE))
    bench.ready_to_load(size=2)
    before = bench.account.markers()
    proxy = kind(bench.running.base_url, seed=seed, rate=rate)
    with behind(bench, proxy):
        until_through(bench, "load")
    broken = sum(count for name, count in proxy.counts.items() if name != "clean")
    note("connections and answers broken by proxies", broken)
    assert broken > 2
    assert set(bench.account.markers().values()) == {1}
    assert len(bench.account.markers()) > len(before)
    bench.until_done("load")
    assert bench.account.records() == expected
    assert bench.call("reconcile")["surplus"] == []
