"""What a simulator has to be so that it can be served, controlled and broken on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel
from starlette.types import ASGIApp

from bridgework.sandbox.clock import SimulatedClock


@dataclass(frozen=True)
class Canned:
    """A ready answer that a fault gives instead of the simulator."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=UTF-8"}

CANNED: Mapping[str, Canned] = {
    "error_500_before": Canned(500, '{"error":"Internal Server Error"}', JSON),
    "error_500_after": Canned(500, '{"error":"Internal Server Error"}', JSON),
    "empty_200_after": Canned(200, "", JSON),
    "wrong_content_type": Canned(200, "<!DOCTYPE html><html><title>Welcome</title></html>", HTML),
    "html_524": Canned(524, "<!DOCTYPE html><html><title>524: A timeout occurred</title></html>", HTML),
    "status_503": Canned(503, "<html><body><h1>503 Service Unavailable</h1></body></html>", HTML),
    "storm_429": Canned(429, '{"error":"Too Many Requests"}', JSON),
    "expired_token": Canned(401, '{"error":"Unauthorized"}', JSON),
    "answer": Canned(200, "", JSON),
}
"""Bodies by fault kind. A simulator may replace them by those of the real system (``canned``)."""


class CommandRefused(ValueError):
    """A control request that the simulator cannot follow; the text says why."""


class Sandbox(Protocol):
    """A simulator. It is made with ``(options, clock, state)``; ``state`` is the file that lets a restart go on."""

    name: ClassVar[str]
    Options: ClassVar[type[BaseModel]]
    horizon: ClassVar[int]
    """Simulated seconds after which a request with an unknown outcome can no longer take effect."""
    canned: ClassVar[Mapping[str, Canned]]

    clock: SimulatedClock

    def __init__(self, options: Any, clock: SimulatedClock, state: Path | None) -> None: ...

    @property
    def app(self) -> ASGIApp: ...

    def environment(self) -> dict[str, str]:
        """Environment variables a migration needs, secrets included."""
        ...

    def settings(self, base_url: str) -> list[str]:
        """``destination.key=value`` items beyond those every simulator has."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything it stores, as plain JSON values with keys in a fixed order."""
        ...

    def edit(self, object_name: str, record_id: str, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What a person of the practice does to a record in the user interface; the record as it is then.

        ``object_name`` and ``record_id`` are those of the interface. ``action`` is ``edit`` (``fields`` are the new
        values), ``delete``, ``merge`` (``fields`` are ``{"into": id}``; that record survives) or one of the simulator's
        own. It follows the system's rules, costs no allowance and is seen like any other change (time of the last
        change, version). Raises :class:`CommandRefused` for what the system or the simulator does not know.
        """
        ...

    def command(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """An event of its own kind, such as another program using up the allowance. Raises :class:`CommandRefused`."""
        ...

    def close(self) -> None:
        """Write what is pending and let go of the state file."""
        ...
