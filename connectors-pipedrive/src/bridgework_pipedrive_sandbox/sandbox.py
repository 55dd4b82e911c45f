"""The simulator as the core serves it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel
from starlette.types import ASGIApp

from bridgework.sandbox import Canned, SimulatedClock
from bridgework_pipedrive_sandbox import options as _options
from bridgework_pipedrive_sandbox.application import Application
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.customvalues import CURRENCY
from bridgework_pipedrive_sandbox.fresh import OWNER_EMAIL
from bridgework_pipedrive_sandbox.inspection import command, dump
from bridgework_pipedrive_sandbox.people import act

_JSON = {"content-type": "application/json"}
_OAUTH = (
    "destination.oauth_client_id=env:PIPEDRIVE_CLIENT_ID",
    "destination.oauth_client_secret=env:PIPEDRIVE_CLIENT_SECRET",
    "destination.oauth_refresh_token=env:PIPEDRIVE_REFRESH_TOKEN",
)
_UNAUTHORIZED = (
    '{"success":false,"error":"unauthorized access","errorCode":401,'
    '"error_info":"Please check the developer documentation."}'
)
_ERROR = '{"success":false,"error":"Internal Server Error","code":"ERR_UNKNOWN"}'


class PipedriveSandbox:
    """A strict simulator of the Pipedrive interface (v2, and v1 where there is no v2)."""

    name: ClassVar[str] = "pipedrive"
    Options: ClassVar[type[BaseModel]] = _options.Options
    horizon: ClassVar[int] = 600
    canned: ClassVar[Mapping[str, Canned]] = {
        "error_500_before": Canned(500, _ERROR, _JSON),
        "error_500_after": Canned(500, _ERROR, _JSON),
        "expired_token": Canned(401, _UNAUTHORIZED, {**_JSON, "x-401-by-gw": "true"}),
        "storm_429": Canned(
            429,
            '{"success":false,"error":"request over limit","errorCode":429}',
            {**_JSON, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"},
        ),
    }

    def __init__(self, options: _options.Options, clock: SimulatedClock, state: Path | None = None) -> None:
        self.clock = clock
        self._options = options
        self._company = Company(options, clock, state)
        self._app = Application(self._company)

    @property
    def app(self) -> ASGIApp:
        return self._app

    def environment(self) -> dict[str, str]:
        environment = {"PIPEDRIVE_API_TOKEN": self._company.api_token}
        if self._options.oauth:
            app = self._company.oauth
            environment |= {
                "PIPEDRIVE_CLIENT_ID": app.client_id,
                "PIPEDRIVE_CLIENT_SECRET": app.client_secret,
                "PIPEDRIVE_REFRESH_TOKEN": app.refresh_token,
            }
        return environment

    def settings(self, base_url: str) -> list[str]:
        login = _OAUTH if self._options.oauth else ("destination.api_token=env:PIPEDRIVE_API_TOKEN",)
        return [
            *login,
            f"destination.plan={self._options.plan}",
            f"destination.seats={self._options.seats}",
            f"destination.post_cap={'true' if self._options.post_cap else 'false'}",
            f"destination.due_time_format={'HH:MM:SS' if self._options.due_time == 'long' else 'HH:MM'}",
            f"destination.custom_fields_update={self._options.custom_fields_update}",
            # everybody in the company sees what is migrated
            f"destination.visible_to={self._company.plan.everybody}",
            f"owners.fallback={OWNER_EMAIL}",
            f"migration.currency={CURRENCY}",
        ]

    def state(self) -> dict[str, Any]:
        self._company.purge()
        return dump(self._company)

    def edit(self, object_name: str, record_id: str, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        changed = act(self._company, object_name, record_id, action, dict(fields))
        self._company.save()
        return changed

    def command(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        answer = command(self._company, name, arguments)
        self._company.save()
        return answer

    def close(self) -> None:
        self._company.close()
