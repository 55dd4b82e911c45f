"""What an operator has to say about a Pipedrive account: `[destination]` in migration.toml."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bridgework_pipedrive.limits import PLANS, PlanName

_LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Who sees a record, by plan: the same number means different things (Pipedrive API reference, `visible_to`).
_SMALL = {1: "its owner and followers", 3: "the whole company"}
_LARGE = {
    1: "its owner only",
    3: "the owner's visibility group",
    5: "the owner's visibility group and its sub-groups",
    7: "the whole company",
}


class Settings(BaseModel):
    """Settings of the destination. Either an API token or the three OAuth settings; both act with a user's rights."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    base_url: str = Field(description="https://<company>.pipedrive.com")
    api_token: SecretStr | None = Field(
        default=None,
        description="reference to the API token of an administrator, e.g. env:PIPEDRIVE_TOKEN",
        json_schema_extra={"required_unless": ["oauth_client_id", "oauth_client_secret", "oauth_refresh_token"]},
    )
    oauth_client_id: SecretStr | None = Field(
        default=None, description="instead of the API token: reference to the client id of an OAuth app"
    )
    oauth_client_secret: SecretStr | None = Field(default=None, description="reference to that app's client secret")
    oauth_refresh_token: SecretStr | None = Field(
        default=None, description="reference to the refresh token that an administrator's consent to that app gave"
    )
    plan: PlanName = Field(description="plan of the account: no endpoint shows it")
    seats: int = Field(default=1, ge=1, description="paid seats; the daily token budget grows with them")
    visible_to: Literal[1, 3, 5, 7] = Field(
        description="who sees migrated persons, organizations and deals; the meaning depends on the plan"
    )
    post_cap: bool = Field(
        default=True, description="keep to the older 10,000 POST/PUT requests a day and user; API token only"
    )
    daily_reset_utc_hour: int = Field(default=0, ge=0, le=23, description="hour (UTC) at which the daily budget resets")
    default_currency: str = Field(
        default="", pattern=r"^([A-Z]{3})?$", description="currency of amounts that carry none, e.g. USD"
    )
    due_time_format: Literal["HH:MM", "HH:MM:SS"] = Field(
        default="HH:MM", description="how times of activities are written; both forms are published"
    )
    custom_fields_update: Literal["merge", "replace"] = Field(
        default="merge",
        description="what an update does with custom fields it does not name; replace reads every record first",
    )
    labels: bool = Field(
        default=False, description="try to add options to the built-in label fields; unproven outside the interface"
    )

    @field_validator("base_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        loopback = parts.hostname in _LOOPBACK
        if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not loopback):
            raise ValueError("must be an https address such as https://<company>.pipedrive.com")
        if parts.username or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be the bare address of the account, without path or credentials")
        return value.rstrip("/")

    @field_validator("visible_to", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value

    @model_validator(mode="after")
    def _one_login(self) -> Settings:
        given = {name: value is not None for name, value in self._oauth().items()}
        if any(given.values()) and self.api_token is not None:
            raise ValueError("give api_token or the oauth settings, not both")
        if any(given.values()) and not all(given.values()):
            missing = " and ".join(name for name, there in given.items() if not there)
            raise ValueError(f"OAuth needs {', '.join(given)}; {missing} is missing")
        if not any(given.values()) and self.api_token is None:
            raise ValueError(f"give api_token, or for OAuth {', '.join(given)}")
        return self

    @model_validator(mode="after")
    def _visibility_of_the_plan(self) -> Settings:
        if self.visible_to not in visibility(self.plan):
            raise ValueError(f"visible_to {self.visible_to} exists on Premium and Ultimate only; use 1 or 3")
        return self

    def _oauth(self) -> dict[str, SecretStr | None]:
        return {
            "oauth_client_id": self.oauth_client_id,
            "oauth_client_secret": self.oauth_client_secret,
            "oauth_refresh_token": self.oauth_refresh_token,
        }

    @property
    def oauth(self) -> bool:
        """Whether an OAuth app signs in, instead of an API token."""
        return self.api_token is None

    @property
    def posts_are_capped(self) -> bool:
        """Whether the older limit of POST and PUT requests is kept to; it is one of API tokens."""
        return self.post_cap and not self.oauth

    @property
    def on_this_machine(self) -> bool:
        """Whether the account is a simulator at a loopback address."""
        return urlsplit(self.base_url).hostname in _LOOPBACK

    @property
    def audience(self) -> str:
        """Who will see the records, in words."""
        return visibility(self.plan)[self.visible_to]


def visibility(plan: PlanName) -> dict[int, str]:
    """The visibility values of a plan and what each of them means there."""
    return _LARGE if PLANS[plan].visibility_groups else _SMALL
