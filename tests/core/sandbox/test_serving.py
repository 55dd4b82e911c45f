import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from bridgework.sandbox import SimulatedClock, running

from .conftest import Served
from .toy import Options, Toy

CHILD = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("toy", sys.argv[1])
toy = importlib.util.module_from_spec(spec)
sys.modules["toy"] = toy
spec.loader.exec_module(toy)
from bridgework.sandbox import SimulatedClock, serve
serve(toy.Toy(toy.Options(), SimulatedClock(60)), port=0)
"""


def test_everything_a_migration_needs_is_announced(served: Served) -> None:
    base_url = served.controls.base_url
    assert base_url.startswith("http://127.0.0.1:")
    assert served.controls.env == {"TOY_SECRET": "s3cret"}
    assert served.controls.set == [
        "run.speed=0",
        f"destination.base_url={base_url}",
        f"destination.sandbox_token={served.controls.token}",
        "destination.horizon=7",
        f"destination.door={base_url}/door",
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_first_line_on_stdout_is_the_announcement(how: signal.Signals) -> None:
    toy = Path(__file__).with_name("toy.py")
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(toy)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        announced = json.loads(child.stdout.readline())
        assert set(announced) == {"name", "base_url", "env", "set"}
        assert announced["name"] == "toy"
        assert "run.speed=60" in announced["set"]
        assert httpx.get(announced["base_url"]).json() == []
        child.send_signal(how)
        assert child.wait(60) in (0, -how)


def test_the_simulator_is_closed_at_the_end() -> None:
    toy = Toy(Options(), SimulatedClock(0))
    with running(toy) as controls:
        assert httpx.get(controls.base_url).json() == []
        assert not toy.closed
    assert toy.closed
    with pytest.raises(httpx.ConnectError):
        httpx.get(controls.base_url)


def test_answers_carry_the_simulated_date(served: Served) -> None:
    before = served.http.get("/").headers["date"]
    served.controls.advance(86_400)
    assert served.http.get("/").headers["date"][5:7] != before[5:7]


def test_a_middleware_may_stand_before_the_simulator() -> None:
    seen: list[str] = []

    def watched(app: ASGIApp) -> ASGIApp:
        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["path"])
            await app(scope, receive, send)

        return watch

    with running(Toy(Options(), SimulatedClock(0)), wrap=watched) as controls:
        httpx.get(f"{controls.base_url}/a")
        controls.state()
    assert seen == ["/a"]
