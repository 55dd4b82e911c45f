"""What stands where a standard test needs no source, no pair or no destination."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from bridgework import hookimpl
from bridgework.model import Capabilities

KIT = "kit"  # name of the source in markers the kit makes
NAME = "under-test"  # name of the plugin under test in migrations the kit makes


class _NoSettings(BaseModel):
    """There are none."""


class NoSource:
    """No source: the kit makes its records by itself."""

    Settings = _NoSettings

    def __init__(self, settings: _NoSettings) -> None:
        """Nothing is read."""

    @hookimpl
    def describe_source(self) -> None:
        """Nothing."""

    @hookimpl
    def extract(self) -> None:
        """Nothing."""


class NoPair:
    """No pair: the kit's bodies are resolved already."""

    source = KIT
    destination = NAME
    requires = ()

    @hookimpl
    def mapping(self) -> str:
        """No rules."""
        return "rules: {}"


def no_destination(capabilities: Capabilities) -> type[Any]:
    """A destination that can do this, and is never asked to."""
    return type("NoDestination", (), {"capabilities": capabilities})
