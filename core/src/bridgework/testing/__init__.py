"""Conformance kits: they say what a source, a destination or a pair has to do, and whether it does it.

A partner's test file is a class with one fixture::

    class TestAcme(DestinationKit):
        @pytest.fixture
        def destination(self):
            return Destination("acme")

`check` runs the same tests without pytest and gives a `Report`.
"""

from bridgework.testing.checking import check
from bridgework.testing.kits import DestinationKit, PairKit, SourceKit
from bridgework.testing.report import Report
from bridgework.testing.standards import Verdict
from bridgework.testing.subjects import Destination, Pair, Refusal, Source

__all__ = [
    "Destination",
    "DestinationKit",
    "Pair",
    "PairKit",
    "Refusal",
    "Report",
    "Source",
    "SourceKit",
    "Verdict",
    "check",
]
