"""Requests that arrive twice, and answers that arrive in another order than their requests left."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from . import lab as lab_module
from .checking import accounted_for, human_work_stands, known, made_once, same_content
from .conftest import small_world
from .lab import Template, prepared
from .plugins import Wire
from .results import note
from .world import DOUBLED, World


@pytest.mark.parametrize("command", ["load", "delta", "rollback"])
@pytest.mark.parametrize("kind", DOUBLED)
def test_a_request_delivered_twice_makes_one_record_or_is_reported(
    templates: dict[str, Template], memory: Path, command: str, kind: str
) -> None:
    """T7. Where ids are of our choosing the second delivery is refused. Where only a mark tells records apart a second
    one comes to be: it is listed, and taken for nobody's."""
    clean = templates[command].copy(memory / "clean")
    clean.until_done(command)
    nth = 0
    while True:
        nth += 1
        lab = templates[command].copy(memory / "doubled")
        lab.world.arm(kind, nth)
        lab.until_done(command)
        if not lab.world.injected:
            break
        note("faults injected", 1)
        twice = {identity for identity, times in lab.world.made.items() if times > 1}
        assert all("lab.people" in identity for identity in twice), f"{kind} at request {nth}: {twice}"
        human_work_stands(lab.world)
        accounted_for(lab)
        if not twice:
            known(lab)
            same_content(lab.world.content(), clean.world.content())
            continue
        answer = lab.run("reconcile")
        told = {each["id"] for each in answer.data["surplus"]}
        copies = {row.id for row in lab.world.live().values() if row.identity in twice}
        with lab.journal() as journal:
            kept = {target.id for target in journal.all_targets(states=("created", "updated")) if target.id in copies}
            unsure = journal.counts().get("people", {}).get("in_doubt", 0)
        assert told == copies - kept or unsure, f"{kind} at request {nth}: a second record that nobody is told of"
        assert answer.state == "differences"
    assert nth > 8


class Crossing(Wire):
    """Lets every second answer overtake the one before it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._waiting: threading.Event | None = None
        self._lock = threading.Lock()
        self.crossed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if request.method != "POST" or request.url.path != "/contact":
            return answer
        with self._lock:
            waiting, self._waiting = self._waiting, None if self._waiting else threading.Event()
            mine = self._waiting
        if waiting is not None:  # the later one passes, then the earlier one may go
            self.crossed += 1
            waiting.set()
        elif mine is not None:
            mine.wait(0.5)  # the last of an odd number has nobody to wait for
        return answer


def test_answers_in_another_order_than_the_requests_belong_to_their_own_records(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T7, of requests that are under way at once."""
    wires: list[Crossing] = []
    monkeypatch.setattr(lab_module, "Wire", lambda world: wires.append(Crossing(world)) or wires[-1])
    lab = prepared(memory / "crossing", small_world(people=111, visits=9), workers=4)
    lab.run("load")
    assert sum(wire.crossed for wire in wires) > 20
    made_once(lab.world)
    accounted_for(lab)
    names = {row.identity.split(".")[2].split("/")[0]: row.values["name"] for row in lab.world.live().values()
             if row.object == "contact"}  # fmt: skip
    assert names == {key: person["name"] for key, person in lab.world.people.items()}
    with lab.journal() as journal:
        for target in journal.all_targets("people"):
            assert lab.world.rows[target.id].identity.startswith(f"lab.people.{target.key}/")
