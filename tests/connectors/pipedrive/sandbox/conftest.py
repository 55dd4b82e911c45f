import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridgework.sandbox import SimulatedClock, running
from bridgework_pipedrive_sandbox import Options, PipedriveSandbox

from ..openapi import ValidatingApp
from .account import Account

OpenAccount = Callable[..., Account]


@pytest.fixture
def open_account() -> Iterator[OpenAccount]:
    """Opens accounts with given options. The clock stands still; answers are held against the official description."""
    watchers: list[ValidatingApp] = []
    with ExitStack() as stack:

        def watched(app: Any) -> ValidatingApp:
            watchers.append(ValidatingApp(app, requests=False))
            return watchers[-1]

        def open_(state: Path | None = None, speed: float = 0, **options: Any) -> Account:
            sandbox = PipedriveSandbox(Options(**options), SimulatedClock(speed), state)
            controls = stack.enter_context(running(sandbox, wrap=watched))
            http = stack.enter_context(
                httpx.Client(
                    base_url=controls.base_url,
                    headers={"x-api-token": controls.env["PIPEDRIVE_API_TOKEN"]},
                    timeout=60,
                    trust_env=False,
                    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                )
            )
            return Account(controls, http)

        yield open_
    for watcher in watchers:
        watcher.require_clean()


@pytest.fixture
def account(open_account: OpenAccount) -> Account:
    return open_account()
