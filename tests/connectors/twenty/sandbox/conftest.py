import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running
from bridgework_twenty_sandbox import Options, TwentySandbox

from ..openapi import Watcher
from .practice import Practice

OpenPractice = Callable[..., Practice]


@pytest.fixture
def open_practice() -> Iterator[OpenPractice]:
    """Opens workspaces with given options. The clock stands still, the limits are lifted unless asked for.

    All answers are held against the OpenAPI documents.
    """
    watchers: list[Watcher] = []
    with ExitStack() as stack:

        def watched(app: Any) -> Watcher:
            watchers.append(Watcher(app))
            return watchers[-1]

        def open_(state: Path | None = None, speed: float = 0, **options: Any) -> Practice:
            chosen = Options(**{"limits": "lifted", **options})
            sandbox = TwentySandbox(chosen, SimulatedClock(speed), state)
            controls = stack.enter_context(running(sandbox, wrap=watched))
            http = stack.enter_context(
                httpx.Client(
                    base_url=controls.base_url,
                    headers={"authorization": f"Bearer {controls.env['TWENTY_API_KEY']}"},
                    timeout=60,
                    trust_env=False,
                    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                )
            )
            return Practice(controls, http, watchers[-1])

        yield open_
    for watcher in watchers:
        watcher.require_clean()


@pytest.fixture
def practice(open_practice: OpenPractice) -> Practice:
    return open_practice()
