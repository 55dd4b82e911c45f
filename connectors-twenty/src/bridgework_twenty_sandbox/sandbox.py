"""The simulator as the core serves it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel
from starlette.types import ASGIApp

from bridgework.sandbox import Canned, SimulatedClock
from bridgework_twenty_sandbox import options as _options
from bridgework_twenty_sandbox.application import Application
from bridgework_twenty_sandbox.inspection import command, dump, edit
from bridgework_twenty_sandbox.workspace import Workspace

_JSON = {"content-type": "application/json; charset=utf-8"}
_HTML = {"content-type": "text/html"}
_ERROR = '{"statusCode":500,"error":"InternalServerErrorException","messages":["Internal server error"]}'
_BUSY = '{"statusCode":429,"error":"HttpException","messages":["Limit reached (100 tokens per 60000 ms)"]}'


class TwentySandbox:
    """A strict simulator of a Twenty CRM workspace: REST, GraphQL and metadata of version 2.21."""

    name: ClassVar[str] = "twenty"
    Options: ClassVar[type[BaseModel]] = _options.Options
    horizon: ClassVar[int] = 120
    canned: ClassVar[Mapping[str, Canned]] = {
        "error_500_before": Canned(500, _ERROR, _JSON),
        "error_500_after": Canned(500, _ERROR, _JSON),
        "status_503": Canned(503, "<html><body><h1>503 Service Unavailable</h1></body></html>", _HTML),
        "storm_429": Canned(429, _BUSY, _JSON),
    }

    def __init__(self, options: _options.Options, clock: SimulatedClock, state: Path | None = None) -> None:
        self.clock = clock
        self._workspace = Workspace(options, clock, state)
        self._app = Application(self._workspace)

    @property
    def app(self) -> ASGIApp:
        return self._app

    def environment(self) -> dict[str, str]:
        """The key of the migration, and two keys to try refusals with: one of a limited role, one that is revoked."""
        keys = self._workspace.keys
        return {
            "TWENTY_API_KEY": self._workspace.own_key.token,
            "TWENTY_LIMITED_KEY": keys.named("limited").token,
            "TWENTY_REVOKED_KEY": keys.named("revoked").token,
        }

    def settings(self, base_url: str) -> list[str]:
        return [
            "destination.api_key=env:TWENTY_API_KEY",
            f"owners.fallback={self._workspace.options.owner_email}",
            "migration.currency=USD",  # a workspace has none of its own, and no migration starts without
        ]

    def state(self) -> dict[str, Any]:
        return dump(self._workspace)

    def edit(self, object_name: str, record_id: str, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        changed = edit(self._workspace, object_name, record_id, action, dict(fields))
        self._workspace.save()
        return changed

    def command(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        answer = command(self._workspace, name, arguments)
        self._workspace.save()
        return answer

    def close(self) -> None:
        self._workspace.close()
