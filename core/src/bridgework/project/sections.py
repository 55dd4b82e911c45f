"""migration.toml: its sections as models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class MigrationSection(_Section):
    """[migration]: what is moved where."""

    id: str = Field(pattern=r"^[a-z0-9]{6}$", description="six characters that mark every record of this migration")
    source: str = Field(description="name of the source connector")
    destination: str = Field(description="name of the destination connector")
    pair: str = Field(
        default="",
        description="name of the pair; default: <source>-<destination>; proposed: none, plan writes a mapping",
    )
    extensions: list[str] = Field(default=[], description="further extensions to load, beside those the pair requires")
    currency: str = Field(default="", description="currency of all amounts, three letters (required)")
    cutover: datetime | None = Field(default=None, description="instant that divides past from future")
    options: dict[str, Any] = Field(default={}, description="options of the pair's mapping")

    @field_validator("options")
    @classmethod
    def _named_with_dots(cls, value: dict[str, Any]) -> dict[str, Any]:
        """TOML reads ``ledger.pdf = true`` as a table; the option is called ``ledger.pdf``."""
        return dict(leaves(value))

    @field_validator("currency")
    @classmethod
    def _three_letters(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{3}", value):
            raise ValueError("must be a three-letter currency code such as USD")
        return value

    @field_validator("cutover")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("must carry a zone, for example 2026-11-01T18:00:00Z")
        return value


class OwnersSection(_Section):
    """[owners]: who owns records whose responsible person has no user."""

    fallback: str = Field(default="", description="e-mail of the user who owns what nobody else can own")


class RunSection(_Section):
    """[run]: pace and width of a run."""

    speed: float = Field(default=1.0, gt=0, description="how much faster time runs; only with a sandbox")
    workers: int = Field(default=4, ge=1, le=32, description="batches under way at the same time")


class DestinationCore(_Section):
    """The settings under [destination] that belong to the core, not to the connector."""

    share: float = Field(default=0.5, gt=0, le=1, description="share of a burst window this migration may use")
    day_share: float = Field(default=1.0, gt=0, le=1, description="share of a day budget this migration may use")
    reserve: float = Field(default=0.1, ge=0, lt=1, description="part of a day budget kept for settling doubt")
    horizon: float | None = Field(
        default=None,
        ge=0,
        description="seconds after which a lost write cannot surface any more; at least a request's time and 120",
    )
    sandbox_token: str = Field(default="", description="token printed by a sandbox; proves that this is one")


class ProjectFile(_Section):
    """The whole of migration.toml."""

    migration: MigrationSection
    source: dict[str, Any] = {}
    destination: dict[str, Any] = {}
    owners: OwnersSection = OwnersSection()
    run: RunSection = RunSection()


def leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested tables under their dotted keys."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


CORE_DESTINATION_KEYS = tuple(DestinationCore.model_fields)
