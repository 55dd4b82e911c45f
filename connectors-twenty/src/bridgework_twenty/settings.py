"""What an operator has to say about a Twenty workspace: `[destination]` in migration.toml."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from bridgework_twenty.limits import PlanName

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
LARGEST_BATCH = 200


class Settings(BaseModel):
    """Settings of the destination. The API key arrives resolved and acts with the rights of its role."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    base_url: str = Field(description="https://api.twenty.com, or the address of your own server")
    allow_http: bool = Field(
        default=False,
        validate_default=True,
        description="true: base_url may be an http address of another machine; records and key travel unencrypted",
    )
    api_key: SecretStr = Field(
        description="reference to an API key with an administrator's role, e.g. env:TWENTY_API_KEY"
    )
    plan: PlanName = Field(
        default="self-hosted", description="pro or organization (cloud), or self-hosted: decides the calls a minute"
    )
    batch: int = Field(
        default=60, ge=1, le=LARGEST_BATCH, description="records in one request: 60 as documented, the server takes 200"
    )
    calls_per_minute: int | None = Field(
        default=None, ge=1, description="calls a minute, where a server of your own has another limit than 100"
    )
    trash_days: int = Field(
        default=14, ge=0, description="days a removed record can be restored, as the workspace is set; no API shows it"
    )
    phone_region: str = Field(
        default="US",
        pattern=r"^[A-Z]{2}$",
        description="country whose rules read telephone numbers without a country code, e.g. US",
    )

    @field_validator("base_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("must be an https address such as https://api.twenty.com")
        if parts.username or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be the bare address of the server, without path or credentials")
        return value.rstrip("/")

    @field_validator("allow_http")
    @classmethod
    def _said_so(cls, value: bool, info: ValidationInfo) -> bool:
        parts = urlsplit(info.data.get("base_url", ""))
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not value:
            raise ValueError(
                "must be true for an http address of another machine, to which everything travels unencrypted; "
                "better give base_url an https address"
            )
        return value

    @field_validator("api_key")
    @classmethod
    def _one_word(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError("must be one word without blanks: copy the key again")
        return value
