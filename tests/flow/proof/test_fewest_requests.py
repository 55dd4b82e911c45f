"""A load sends what it must and no more: no search before a create, no read per record."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import httpx
import pytest

from . import lab as lab_module
from .conftest import small_world
from .lab import prepared
from .plugins import BATCH, Destination, Wire

PEOPLE, VISITS = 120, 90


def test_every_request_of_a_load_is_accounted_for(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Creates: one per contact, one per batch of events. Updates: one per ward. Reads: a listing per object before the
    first write, one page for the samples of a rule, and one per page of ids for the wards and for the read-back.
    """
    sent: Counter[str] = Counter()

    class Counting(Wire):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            path = request.url.path.split("/")
            sent[f"{request.method} {path[1]}{' find' if path[-1] == 'find' else ''}"] += 1
            return super().handle_request(request)

    monkeypatch.setattr(lab_module, "Wire", Counting)
    lab = prepared(memory / "counting", small_world(people=PEOPLE, visits=VISITS))
    before = {row.object: 0 for row in lab.world.rows.values()} | Counter(row.object for row in lab.world.rows.values())
    wards = sum(1 for row in lab.world.rows.values() if "guardian" in row.values)
    sent.clear()
    lab.run("load")
    contacts, events = PEOPLE - before["contact"], VISITS - before["event"]
    page = Destination.capabilities.read_batch
    assert sent["POST contact"] == contacts
    assert sent["POST event"] == math.ceil(events / BATCH)
    assert sent["PATCH contact"] == 2 - wards
    samples = 1
    assert sent["POST contact find"] <= math.ceil(PEOPLE / page) + samples + 1
    assert sent["POST event find"] <= math.ceil(VISITS / page) + samples
    least = sent["POST contact"] + sent["POST event"] + sent["PATCH contact"]
    assert sum(sent.values()) <= least * 1.1, sent
