"""Labs: folders in memory, templates that are prepared once and copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import Lab, Template, prepared
from .world import World


def small_world(people: int = 4, visits: int = 4) -> World:
    """A few people, some of them somebody's ward, and their visits."""
    world = World()
    for number in range(people):
        guardian = "p0" if number >= people - 2 else ""
        world.people[f"p{number}"] = {"name": f"Name {number}", "city": "Graz", "guardian": guardian}
    for number in range(visits):
        world.visits[f"v{number}"] = {"person": f"p{number % people}", "what": f"Visit {number}"}
    return world


def changed(world: World) -> None:
    """What a later export brings: an edit, a new ward, a new visit."""
    world.people["p1"]["city"] = "Linz"
    world.people["p9"] = {"name": "Name 9", "city": "Wels", "guardian": "p1"}
    world.visits["v9"] = {"person": "p9", "what": "Visit 9"}
    world.describe()


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder that costs no disk: a power cut is not what these tests are about."""
    shared = Path("/dev/shm")
    base = shared if os.access(shared, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="lab-", dir=base))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def templates(memory: Path) -> dict[str, Template]:
    """By the command that is due: `load`, `delta`, `rollback`."""
    lab = prepared(memory / "template", small_world())
    found = {"load": Template(Template(lab).copy(memory / "to-load"))}
    lab.run("load")
    found["rollback"] = Template(Template(lab).copy(memory / "to-rollback"))
    changed(lab.world)
    found["delta"] = Template(lab)
    return found


@pytest.fixture
def ready(templates: dict[str, Template], memory: Path) -> Iterator[Lab]:
    """A lab whose load is due."""
    yield templates["load"].copy(memory / "ready")
    shutil.rmtree(memory / "ready", ignore_errors=True)
