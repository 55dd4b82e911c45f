"""The conformance kit against a running server: faults happen in a proxy between the two."""

from __future__ import annotations

from itertools import count

import pytest

from bridgework.model import Value
from bridgework.testing import Destination, DestinationKit

from .conftest import Live

POISON = {"company": {"accountOwner": "00000000-0000-4000-8000-00000000dead"}}
LINK = "https://social.example/in/sample"
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
            settings={"api_key": "env:TWENTY_API_KEY", "batch": "2", "calls_per_minute": live.calls_per_minute},
            fields={
                "company": {"linkedinLink": LINK, "domainName": site},
                "person": {"linkedinLink": LINK, "emails": address},
            },
            poison=POISON,
        )
