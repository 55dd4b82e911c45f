"""An approval binds a named person to exactly one content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridgework.errors import ApprovalMissing, UsageError
from bridgework.gates import Gate, approvals, approve, approved_detail, content_hash, is_open, require
from bridgework.journal import Journal

DANA = "Dana Weiss <dana@practice.example>"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.create(tmp_path / "journal.db", bytes(32), "abcdef") as journal:
        yield journal


def gate(content: object = "one", *blocked: str) -> Gate:
    return Gate("mapping", content_hash(content), "", blocked, {"content": content})


def test_a_gate_opens_for_the_approved_content_only(journal: Journal) -> None:
    assert not is_open(journal, gate())
    approve(journal, gate(), DANA)
    assert is_open(journal, gate())
    assert not is_open(journal, gate("another"))


def test_content_that_changes_back_is_approved_again_only_if_it_was_approved_last(journal: Journal) -> None:
    approve(journal, gate("one"), DANA)
    approve(journal, gate("two"), DANA)
    assert not is_open(journal, gate("one"))
    assert approved_detail(journal, "mapping") == {"content": "two"}


def test_gates_do_not_open_each_other(journal: Journal) -> None:
    approve(journal, gate(), DANA)
    assert not is_open(journal, Gate("schema", gate().content_hash, ""))


def test_a_closed_gate_says_whether_nobody_approved_it_or_it_changed_since(journal: Journal) -> None:
    with pytest.raises(ApprovalMissing, match="nobody has approved it") as caught:
        require(journal, gate())
    assert caught.value.next_step == 'bridgework approve mapping --by "Name <mail>"'
    approve(journal, gate(), DANA)
    with pytest.raises(ApprovalMissing, match="changed since it was approved"):
        require(journal, gate("another"))


def test_a_blocked_gate_stays_closed_whoever_approved_it(journal: Journal) -> None:
    approve(journal, gate(), DANA)
    with pytest.raises(ApprovalMissing, match="3 findings"):
        require(journal, gate("one", "3 findings are undecided"))
    with pytest.raises(ApprovalMissing, match="3 findings"):
        approve(journal, gate("one", "3 findings are undecided"), DANA)


@pytest.mark.parametrize("by", ["", "Dana", "dana@practice.example", "Dana <dana>", "<a@b>", "Dana <a@b> <c@d>"])
def test_an_approval_needs_one_person_with_name_and_address(journal: Journal, by: str) -> None:
    with pytest.raises(UsageError):
        approve(journal, gate(), by)
    assert approvals(journal) == {}


def test_approving_the_same_content_again_changes_nothing(journal: Journal) -> None:
    approve(journal, gate(), DANA)
    approve(journal, gate(), "Eve Meyer <eve@practice.example>", automatic=True)
    assert (approvals(journal)["mapping"].by, approvals(journal)["mapping"].automatic) == (DANA, False)


def test_the_hash_follows_the_content_and_not_the_order_of_its_keys() -> None:
    assert content_hash({"a": 1, "b": [1, 2]}) == content_hash({"b": [1, 2], "a": 1})
    assert content_hash({"b": [1, 2]}) != content_hash({"b": [2, 1]})
