"""Faults on the way to this simulator, in the forms of the real server."""

import httpx
import pytest

from .practice import Practice, refusal

IDS = [f"5c000000-0000-4000-8000-00000000000{number}" for number in range(3)]


def test_after_a_lost_answer_the_whole_batch_is_there_and_a_repetition_is_a_duplicate(practice: Practice) -> None:
    practice.controls.faults({"kind": "drop_after", "match": {"method": "POST", "path": "^/rest/batch/people$"}})
    bodies = [{"id": each} for each in IDS]
    with pytest.raises(httpx.TransportError):
        practice.rest("POST", "batch/people", bodies)
    practice.controls.clear_faults()
    assert practice.count("people", f"id[in]:[{','.join(IDS)}]") == 3
    assert refusal(practice.rest("POST", "batch/people", bodies)) == "A duplicate entry was detected"


def test_a_repeating_proxy_cannot_double_what_carries_its_id(practice: Practice) -> None:
    practice.controls.faults({"kind": "duplicate", "match": {"method": "POST"}})
    assert practice.rest("POST", "people", {"id": IDS[0]}).status_code == 201
    practice.controls.clear_faults()
    assert practice.count("people", f"id[eq]:{IDS[0]}") == 1


@pytest.mark.parametrize(("kind", "status"), [("error_500_before", 500), ("storm_429", 429), ("status_503", 503)])
def test_refusals_on_the_way_change_nothing(practice: Practice, kind: str, status: int) -> None:
    before = practice.stored("person")
    practice.controls.faults({"kind": kind, "match": {"path": "^/rest/people$"}})
    answer = practice.rest("POST", "people", {})
    assert answer.status_code == status
    if status != 503:
        assert answer.json()["statusCode"] == status
    assert practice.stored("person") == before
