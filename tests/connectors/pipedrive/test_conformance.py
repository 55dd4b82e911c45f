"""The Pipedrive connector does what a destination has to do."""

from __future__ import annotations

import pytest

from bridgework.testing import Destination, DestinationKit, Refusal

AT_THE_LIMIT = Refusal(
    403, '{"success":false,"error":"limit","code":"feature_capping_deals_limit"}', {"content-type": "application/json"}
)


class TestPipedrive(DestinationKit):
    @pytest.fixture
    def destination(self) -> Destination:
        only_closed = dict.fromkeys(("won_time", "lost_time", "lost_reason"))
        return Destination("pipedrive", fields={"deal": only_closed}, cap=AT_THE_LIMIT, retry_after=False)
