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
    "wrong", [{"kind": "earthquake"}, {"kind": "slow", "seconds": -1}, {"kind": "slow", "match": {"path": "("}}, {}]
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(wrong)
