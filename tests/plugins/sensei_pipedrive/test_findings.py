"""What the pair's audit adds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bridgework.mapping import MemoryStaging, load_mapping
from bridgework.model import SourceDescription
from bridgework_sensei_pipedrive import SenseiPipedrive
from bridgework_sensei_pipedrive.findings import CATEGORIES, PLANS, pair_findings

from ..practice import Practice


def test_the_known_categories_are_those_of_the_mapping() -> None:
    lists = load_mapping([("m", SenseiPipedrive().mapping())]).file.lists
    names = [name for key in ("charges", "payments", "refunds", "adjustments") for name in lists[key]]
    assert {name.casefold() for name in names} == CATEGORIES
    assert set(lists["payments"]) | set(lists["refunds"]) == set(lists["payments_and_refunds"])


def test_the_known_statuses_of_plans_hold_those_of_the_mapping() -> None:
    lists = load_mapping([("m", SenseiPipedrive().mapping())]).file.lists
    assert {name.casefold() for name in lists["open_plans"]} == PLANS - {"completed", "declined"}


def staged(description: SourceDescription, **rows: list[dict[str, str]]) -> MemoryStaging:
    return MemoryStaging(description, rows)


def test_an_unknown_category_is_reported_once_with_its_rows(practice: Practice) -> None:
    entries = [
        {"Transaction #": str(number), "Transaction Category": name}
        for number, name in enumerate(["Charge", "Finance Charge", "payment", "Finance Charge"])
    ]
    found = list(pair_findings(staged(practice.staging.description, transactions=entries)))
    assert [(each.check, each.key, each.evidence) for each in found] == [("LED-01", "1", "Finance Charge")]
    assert "2 rows" in found[0].summary and "Finance" not in found[0].summary


def test_a_plan_whose_status_nobody_knows_is_told_before_it_is_archived(practice: Practice) -> None:
    plans = [
        {"id": str(number), "status": status}
        for number, status in enumerate(["pending", "On hold", "Declined", "On hold"])
    ]
    found = list(pair_findings(staged(practice.staging.description, treatmentPlans=plans)))
    assert [(each.check, each.key, each.evidence) for each in found] == [("PLN-01", "1", "On hold")]
    assert "2 plans" in found[0].summary and "hold" not in found[0].summary


def recall(number: str, due: str, *, last: str = "", cycle: str = "6 Months") -> dict[str, str]:
    return {"Patient ID": number, "Recare Type": "A", "Due Date": due, "Last Visit": last, "Recare Cycle": cycle}


def test_due_dates_that_disagree_overdue_ones_and_cycles_nobody_can_read_are_listed(practice: Practice) -> None:
    rows = [
        recall("1", "2026-12-15", last="2026-06-15"),
        recall("2", "2026-12-20", last="2026-06-15"),
        recall("3", "2026-10-31", cycle="26 Weeks"),
        recall("4", "2026-12-31", cycle="Every 6 months"),
    ]
    found = list(pair_findings(staged(practice.staging.description, recare=rows)))
    assert [(each.check, each.key) for each in found] == [("REC-01", "2|A"), ("REC-02", "3|A"), ("REC-03", "4|A")]
    assert all(each.action for each in found)


def test_a_whole_practice_is_audited_without_values_in_the_summaries(practice: Practice) -> None:
    found = list(pair_findings(practice.staging))
    assert Counter(each.check for each in found)["REC-02"] > 0
    assert not any(each.evidence and each.evidence in each.summary for each in found)


def test_nothing_is_said_about_reports_that_are_not_there(practice: Practice) -> None:
    description = practice.staging.description
    without = tuple(replace(item, absent="gone") for item in description.objects)
    assert list(pair_findings(staged(replace(description, objects=without)))) == []
