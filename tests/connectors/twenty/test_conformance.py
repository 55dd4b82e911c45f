"""Twenty against the conformance kit: what every destination has to do."""

from __future__ import annotations

from itertools import count

import pytest

from bridgework.model import Value
from bridgework.testing import Destination, DestinationKit

# A member who is not there: the server refuses the record, and with it the request it travels in.
POISON = {"company": {"accountOwner": "00000000-0000-4000-8000-00000000dead"}}
LINK = "https://social.example/in/sample"
_numbers = count(1)


def _address(_: int) -> Value:
    """An address that no other record of any test has: people's primary ones are unique."""
    return [{"value": f"Sample{next(_numbers)}@Example.org", "label": "work", "primary": True}]


FIELDS = {
    "company": {"linkedinLink": LINK, "domainName": lambda _: f"https://sample-{next(_numbers)}.example"},
    "person": {"linkedinLink": LINK, "emails": _address},
}


class TestTwenty(DestinationKit):
    """Two records travel in one request: as few as make a batch, so that faults meet its middle, too."""

    @pytest.fixture
    def destination(self) -> Destination:
        return Destination("twenty", settings={"batch": "2"}, fields=FIELDS, poison=POISON)
