import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running
from bridgework_twenty_sandbox import Options, TwentySandbox

from .practice import Practice

OpenPractice = Callable[..., Practice]


@pytest.fixture
def open_practice() -> Iterator[OpenPractice]:
    """Opens workspaces with given options. The clock stands still, the limits are lifted unless asked for."""
    with ExitStack() as stack:

        def open_(state: Path | None = None, speed: float = 0, **options: Any) -> Practice:
            chosen = Options(**{"limits": "lifted", **options})
            controls = stack.enter_context(running(TwentySandbox(chosen, SimulatedClock(speed), state)))
            http = stack.enter_context(
                httpx.Client(
                    base_url=controls.base_url,
                    headers={"authorization": f"Bearer {controls.env['TWENTY_API_KEY']}"},
                    timeout=30,
                    trust_env=False,
                    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                )
            )
            return Practice(controls, http)

        yield open_


@pytest.fixture
def practice(open_practice: OpenPractice) -> Practice:
    return open_practice()
