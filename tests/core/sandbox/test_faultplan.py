import pytest
from pydantic import ValidationError

from bridgework.sandbox import Fault, FaultPlan, Match


def plan(*faults: Fault) -> FaultPlan:
    made = FaultPlan()
    made.add(faults)
    return made


def test_a_fault_hits_once_unless_told_otherwise() -> None:
    faults = plan(Fault(kind="drop_before"))
    assert [faults.due("POST", "/a") is not None for _ in range(3)] == [True, False, False]


def test_method_and_path_must_fit() -> None:
    faults = plan(Fault(kind="drop_before", match=Match(method="post", path="^/a/[0-9]+$", times=None)))
    assert faults.due("GET", "/a/1") is None
    assert faults.due("POST", "/b/1") is None
    assert faults.due("POST", "/a/1") is not None


@pytest.mark.parametrize(
    ("match", "hits"),
    [
        (Match(nth=3), [3]),
        (Match(nth=2, times=2), [2, 3]),
        (Match(nth=2, every=3, times=None), [2, 5, 8]),
        (Match(every=4, times=2), [1, 5]),
    ],
)
def test_counting_says_which_requests_are_hit(match: Match, hits: list[int]) -> None:
    faults = plan(Fault(kind="slow", match=match))
    assert [number for number in range(1, 10) if faults.due("GET", "/")] == hits


def hits(match: Match, requests: int = 200) -> list[int]:
    faults = plan(Fault(kind="slow", match=match))
    return [number for number in range(requests) if faults.due("GET", "/")]


def test_chances_come_from_the_seed_alone() -> None:
    lottery = Match(probability=0.25, times=None, seed=3)
    assert hits(lottery) == hits(lottery)
    assert hits(lottery) != hits(lottery.model_copy(update={"seed": 4}))
    assert 30 < len(hits(lottery)) < 70


def test_chances_leave_out_some_of_the_counted_requests() -> None:
    counted = set(hits(Match(nth=10, every=2, times=None)))
    drawn = hits(Match(nth=10, every=2, times=7, probability=0.5))
    assert len(drawn) == 7
    assert set(drawn) < counted
    assert max(drawn) > sorted(counted)[6]


def test_requests_that_do_not_match_draw_no_lots() -> None:
    match = Match(path="^/a$", probability=0.5, times=None)
    alone, mixed = plan(Fault(kind="slow", match=match)), plan(Fault(kind="slow", match=match))
    expected = [alone.due("GET", "/a") is not None for _ in range(50)]
    found = []
    for _ in range(50):
        mixed.due("GET", "/b")
        found.append(mixed.due("GET", "/a") is not None)
    assert found == expected


def test_of_several_due_faults_the_first_fires_and_all_count() -> None:
    faults = plan(Fault(kind="slow"), Fault(kind="drop_after", match=Match(nth=2)))
    kinds = [fault.kind if (fault := faults.due("GET", "/")) else None for _ in range(3)]
    assert kinds == ["slow", "drop_after", None]
    assert [shown["seen"] for shown in faults.show()] == [3, 3]


def test_a_cleared_plan_hits_nothing() -> None:
    faults = plan(Fault(kind="slow", match=Match(times=None)))
    faults.clear()
    assert not faults
    assert faults.due("GET", "/") is None


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "earthquake"}, {"kind": "slow", "seconds": -1}, {"kind": "slow", "match": {"path": "("}}, {}]
    + [{"kind": "slow", "match": {"probability": share}} for share in (0, 1.5)],
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(wrong)
