"""Whether a destination is a simulator on this machine, and the clock of its time."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bridgework.client.addresses import is_loopback
from bridgework.clock import Clock, SystemClock
from bridgework.errors import SettingsError, StopRun
from bridgework.project import Project

TRIES = 6  # questions to a sandbox before it counts as gone
PAUSE = 0.05  # real seconds between the first two of them


def clock_of(project: Project) -> Clock:
    """The clock of the run: the machine's, or with `run.speed` the one of the sandbox it talks to.

    SettingsError for a speed outside a sandbox.
    """
    speed = project.file.run.speed
    if speed == 1.0:
        return SystemClock()
    base_url = str(project.file.destination.get("base_url", ""))
    token = project.destination_core.sandbox_token
    if not is_sandbox(base_url, token):
        if token and _is_near(base_url):
            raise SettingsError(
                "The sandbox at that address does not know destination.sandbox_token.",
                next_step="write what it printed when it was started into migration.toml",
            )
        raise SettingsError(
            "run.speed is for a sandbox; this destination is none.", next_step="remove run.speed from migration.toml"
        )
    now = datetime.fromisoformat(str(_ask(base_url, "clock", token)["now"]))
    return SystemClock(speed, start=now)


def is_sandbox(base_url: str, token: str) -> bool:
    """Whether a simulator answers there that knows the token it printed. Only loopback addresses are asked."""
    if not token or not _is_near(base_url):
        return False
    return _ask(base_url, "", token).get("valid") is True


def _ask(base_url: str, name: str, token: str) -> dict[str, Any]:
    """What the sandbox says; nothing if it says no. Asked a few times: whatever stands in between may break here too.

    StopRun if there is no answer.
    """
    known = {"x-sandbox-token": token}
    for asked in range(1, TRIES + 1):
        try:
            # Reading the certificates of the world takes longer than the question; plain http has none to check.
            checked = urlsplit(base_url).scheme != "http"
            address = _control(base_url, name)
            answer = httpx.get(address, headers=known, trust_env=False, timeout=10.0, verify=checked)
            if answer.is_client_error:
                return {}
            if answer.is_success and isinstance(said := answer.json(), dict):
                return said
        except httpx.ConnectError:
            break  # nobody listens there
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(PAUSE * asked)
    raise StopRun("The sandbox does not answer.", cause="unreachable", next_step="start it again: bridgework sandbox …")


def _control(base_url: str, name: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}/__sandbox__/{name}"


def _is_near(base_url: str) -> bool:
    return is_loopback(urlsplit(base_url).hostname or "")
