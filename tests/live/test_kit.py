"""The conformance kit against a running server: faults happen in a proxy between the two."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from bridgework.model import Value
from bridgework.testing import Destination, DestinationKit

from .conftest import RECORDS, Live

POISON = {"company": {"accountOwner": "00000000-0000-4000-8000-00000000dead"}}
LINK = "https://social.example/in/sample"
# Texts to the kit, and more than that to the server: a workspace may have fields of its own of these types.
PARTICULAR = {"LINKS": LINK, "UUID": lambda _: str(uuid.uuid4())}
_numbers = count(1)


class TestRunningTwenty(DestinationKit):
    @pytest.fixture
    def destination(self, live: Live) -> Destination:
        def address(_: int) -> Value:
            return [{"value": f"kit-{live.token}-{next(_numbers)}@example.org", "label": "work", "primary": True}]

        def site(_: int) -> Value:
            return f"https://kit-{live.token}-{next(_numbers)}.example"

        return Destination(
            "twenty",
            service=live.base_url,
            settings={
                "api_key": "env:TWENTY_API_KEY",
                "batch": "2",
                "calls_per_minute": live.calls_per_minute,
                "share": 1.0,
            },
            fields=particular(live, {"company": {"domainName": site}, "person": {"emails": address}}),
            poison=POISON,
        )


def particular(live: Live, given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Values for the fields of this workspace that do not take any text; those `given` win."""
    objects = live.objects()
    return {
        name: {
            **{row["name"]: PARTICULAR[row["type"]] for row in objects[name]["fields"] if row["type"] in PARTICULAR},
            **given.get(name, {}),
        }
        for name in RECORDS
    }
