import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from bridgework.sandbox import Running, SimulatedClock, running

from .toy import Options, Toy


@dataclass
class Served:
    toy: Toy
    controls: Running
    http: httpx.Client


@pytest.fixture
def served() -> Iterator[Served]:
    toy = Toy(Options(), SimulatedClock(0))
    with (
        running(toy) as controls,
        httpx.Client(
            base_url=controls.base_url, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeout=60
        ) as http,
    ):
        yield Served(toy, controls, http)
