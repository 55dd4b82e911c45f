"""The mapping document of Sensei Cloud to Pipedrive."""

from __future__ import annotations

from bridgework_sensei_pipedrive import SenseiPipedrive

from ..documents import MappingDocument


class TestDocument(MappingDocument):
    untested = frozenset({"organizations-practice", "organizations-carriers", "organizations-labs"})


def test_the_pair_says_what_it_joins() -> None:
    assert (SenseiPipedrive.source, SenseiPipedrive.destination) == ("sensei", "pipedrive")
    assert "dental" in SenseiPipedrive.requires
