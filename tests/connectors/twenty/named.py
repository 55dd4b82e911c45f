"""A name for this machine that no resolver knows: a server inside a network of containers has such a one.

Also a pytest plugin (`-p`), for a suite that runs in a process of its own.
"""

from __future__ import annotations

import socket
from typing import Any

SERVER = "twenty-server"
_asked = socket.getaddrinfo


def resolved(host: Any, *arguments: Any, **more: Any) -> Any:
    """What `socket.getaddrinfo` gives, with the name leading here."""
    return _asked("127.0.0.1" if host in (SERVER, SERVER.encode()) else host, *arguments, **more)


def pytest_configure() -> None:
    socket.getaddrinfo = resolved
