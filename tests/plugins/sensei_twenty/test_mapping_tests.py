"""The mapping document of Sensei Cloud to Twenty."""

from __future__ import annotations

from bridgework_sensei_twenty import SenseiTwenty

from ..documents import MappingDocument

LINKS = {
    f"{name}-links"
    for name in ("clinical-note", "history-note", "plan-note", "plan-note-plan", "document-note", "imaging-note")
}


class TestDocument(MappingDocument):
    untested = frozenset({*LINKS, "companies-locations", "imaging-notes"})


def test_the_pair_says_what_it_joins() -> None:
    assert (SenseiTwenty.source, SenseiTwenty.destination) == ("sensei", "twenty")
    assert "dental" in SenseiTwenty.requires
