"""What every page holds, and what no page may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from bridgework import reports
from bridgework.reports.page import ACTION, Cell, Table, problem_table
from bridgework.reports.pages import PAGES, page_of
from bridgework.results import Result

Make = Callable[..., dict[str, Any]]
HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${x}",
    "%s",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(2)</script>",
    "[bold]loud[/bold]",
]


class Elements(HTMLParser):
    """The elements of a page, their attributes and the text inside each table row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.problems: list[list[str]] = []
        self._row: list[str] | None = None
        self._action: bool = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        classes = (attributes.get("class") or "").split()
        if tag == "tr" and "problem" in classes:
            self._row = []
            self.problems.append(self._row)
        if tag == "td":
            self._action = "action" in classes

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._row = None
        if tag == "td":
            self._action = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._row is not None and self._action and data.strip():
            self._row.append(data.strip())


def above_the_fold(page: str) -> str:
    """The text of the first screen."""
    part = page[page.index('<div class="first">') : page.index("<section")] if "<section" in page else page
    return re.sub(r"<[^>]+>", " ", part)


def test_every_stage_has_a_page_that_is_drawn(result: Make, stage: str) -> None:
    page = reports.html(result(stage))
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")


def test_no_page_runs_a_script_or_reaches_the_network(result: Make, stage: str) -> None:
    page = reports.html(result(stage))
    elements = Elements(page)
    tags = {tag for tag, _ in elements.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "img", "form", "base", "a"}
    for _, attributes in elements.tags:
        assert not {"src", "href", "srcset", "action"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in page
    assert "@import" not in page
    policies = [attributes["content"] for tag, attributes in elements.tags if "http-equiv" in attributes]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_the_first_screen_says_the_verdict_the_counts_and_what_to_do(result: Make, stage: str) -> None:
    values = result(stage)
    page = reports.html(values)
    first = above_the_fold(page)
    made = page_of(values)
    plain = " ".join(first.split())
    assert made.verdict.split("<")[0].split("&")[0][:40] in plain
    assert "What to do next" in plain
    for tile in made.tiles:
        assert tile.label in plain


def test_the_first_screen_shows_no_key_and_no_hash(result: Make, stage: str) -> None:
    first = above_the_fold(reports.html(result(stage)))
    assert not re.search(r"\b[0-9a-f]{12,}\b", first)
    assert "k3x9qa" not in first


def test_every_problem_row_says_what_to_do(result: Make, stage: str) -> None:
    elements = Elements(reports.html(result(stage)))
    assert all(row and row[0] for row in elements.problems)


@pytest.mark.parametrize(
    "stage_name", ["extract", "audit", "plan", "schema", "owners", "sample", "diff", "load", "reconcile", "rollback"]
)
def test_the_main_reports_have_problem_rows_in_the_examples(result: Make, stage_name: str) -> None:
    assert Elements(reports.html(result(stage_name))).problems


def test_every_page_carries_both_lines_of_conservation(result: Make, stage: str) -> None:
    page = reports.html(result(stage))
    carried = [
        words in page for words in ("What became of every row", "290,573", "What became of every planned record")
    ]
    assert all(carried) == (stage != "connectors")  # it speaks of what is installed, not of a migration


def test_rows_without_a_fate_are_called_out(result: Make) -> None:
    page = reports.html(result("status", objects={"patients": {"extracted": 10, "loaded": 9}}))
    assert "10 rows were extracted but 9 are accounted for" in page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_literally(result: Make, hostile: str) -> None:
    values = result(
        "diff",
        objects={hostile: {"extracted": 1, "pending": 1}},
        rules={hostile: {"planned": 1, "rejected": 1}},
        problems=[{"rule": hostile, "key": hostile, "id": hostile, "field": hostile, "class": hostile}],
        message=hostile,
        practice=hostile,
        next=hostile,
    )
    page = reports.html(values)
    elements = Elements(page)
    assert "script" not in {tag for tag, _ in elements.tags}
    assert "img" not in {tag for tag, _ in elements.tags}
    assert hostile in "".join(elements.text)
    assert "49" not in "".join(elements.text)


def test_characters_that_reorder_or_control_are_shown_as_escapes(result: Make) -> None:
    page = reports.html(result("status", practice="Dr. \u202eevil\u200d \x1b]0;title\x07 \ud800 Nguyễn"))
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert r"Dr. \u202eevil\u200d \x1b]0;title\x07 \ud800 Nguyễn" in page
    page.encode()


def test_missing_parts_of_a_result_never_break_a_page() -> None:
    for name in PAGES:
        assert "What to do next" in reports.html({"stage": name})
        assert "What to do next" in reports.html(Result(stage=name).as_json())


@pytest.mark.parametrize("wrong", [None, [], "text", 7, {"a": None}, [None, 3]])
def test_parts_of_another_shape_never_break_a_page(result: Make, stage: str, wrong: Any) -> None:
    values = result(stage)
    for key in values.keys() - {"stage", "state"}:
        reports.html({**values, key: wrong})


def test_a_stage_without_a_page_of_its_own_shows_its_plain_values() -> None:
    page = reports.html({"stage": "purge", "state": "done", "destroyed": 3, "certificate": "private/certificate.pdf"})
    assert "certificate.pdf" in page


def test_a_paused_stage_says_when_it_goes_on(result: Make) -> None:
    page = reports.html(
        result("load", state="stopped", message="The day budget is used up.", until="2026-03-04T00:00:00Z")
    )
    first = above_the_fold(page)
    assert "The day budget is used up." in first
    assert "4 Mar 2026, 00:00 UTC" in first


def test_a_refused_mapping_lists_its_places_with_what_to_do() -> None:
    page = reports.html(
        {"stage": "plan", "state": "failed", "message": "No.", "problems": ["mapping.yaml:3: to: unknown"]}
    )
    assert "mapping.yaml:3: to: unknown" in page
    assert Elements(page).problems


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("chmod 600 /keys/token", ("Run", "chmod 600 /keys/token")),
        ("export TOKEN=…", ("Run", "export TOKEN=…")),
        ("export again", ("Export again", "")),
        ("correct it, then: bridgework plan", ("Correct it, then", "bridgework plan")),
    ],
)
def test_a_next_step_is_a_command_to_type_or_a_sentence(step: str, shown: tuple[str, str]) -> None:
    [found] = page_of({"stage": "load", "state": "failed", "message": "No.", "next": step}).steps
    assert (found.text, found.command) == shown


def test_the_practice_stands_on_top_and_in_the_title(result: Make) -> None:
    page = reports.html(result("status", practice="Ruiz Dental"))
    assert "<strong>Ruiz Dental</strong>" in page
    assert "Ruiz Dental</title>" in page


def test_long_lists_are_cut_with_a_pointer_to_all_of_them(result: Make) -> None:
    lines = [{"rule": "patients", "key": f"{n:x}", "id": str(n), "field": "Name", "class": "wrong"} for n in range(900)]
    page = reports.html(result("diff", problems=lines))
    assert "400 further rows are not shown here; all of them are in reports/diff.json." in page
    assert '<td class="figure plain">900</td>' in page


def test_a_problem_without_an_action_is_refused() -> None:
    with pytest.raises(ValueError, match="without an action"):
        problem_table("Problems", ("What",), [((Cell("it"),), " ")])


def test_a_table_of_problems_ends_with_the_action() -> None:
    [table] = problem_table("Problems", ("What",), [((Cell("it"),), "mend it")])
    assert isinstance(table, Table)
    assert table.columns[-1] == ACTION
    assert table.rows[0][-1].text == "mend it"


def test_the_plan_calls_a_rule_as_the_mapping_does_for_people(result: Make) -> None:
    page = reports.html(result("plan"))
    assert re.search(r"People\s*<[^>]*note[^>]*>\s*patients", page)


def test_every_page_calls_a_rule_as_the_mapping_does_for_people(result: Make, stage: str) -> None:
    rule = "organizations-insurers"  # the others have the names of source objects
    page = reports.html({**result(stage), "labels": {rule: "Carriers of the practice"}})
    assert ("Carriers of the practice" in page) == (stage != "connectors")
    assert ("Organizations insurers" in page) == (stage == "plan")  # its own tables show the name as well


def test_rules_that_share_a_label_stay_two(result: Make) -> None:
    values = result("load")
    page = reports.html({**values, "labels": dict.fromkeys(values["rules"], "Both")})
    assert all(f"Both ({name})" in page for name in values["rules"])


@pytest.mark.parametrize("stage", ["plan", "forecast"])
def test_the_forecast_speaks_of_allowances_in_words(result: Make, stage: str) -> None:
    page = reports.html(result(stage))
    assert "601,140 of 540,000 tokens per day" in page
    assert "burst" not in page


def test_values_that_others_hold_stand_in_the_verdict_and_say_what_to_do(result: Make) -> None:
    page = reports.html({**result("plan"), "blocked": []})
    assert "17 records would be refused" in above_the_fold(page)
    assert "Decide about the values that other records hold" in above_the_fold(page)
    assert "go on in that one, or destroy them for good" in page


def test_the_checklist_of_the_schema_is_steps_for_a_person(result: Make) -> None:
    steps = ["1. On person, add a field “Gender” of type choice.", "2. On deal, add a field “Teeth” of type text."]
    page = page_of({**result("schema"), "applied": False, "checklist": steps})
    [table] = [each for each in page.sections if isinstance(each, Table) and each.title == "By hand, in this order"]
    assert [cell.text for row in table.rows for cell in row][1] == "On person, add a field “Gender” of type choice."
    assert table.essential and len(table.rows) == 2


def test_a_plan_that_proposes_a_mapping_says_so_first(result: Make) -> None:
    page = page_of({**result("plan"), "blocked": [], "message": "A mapping was proposed."})
    assert page.verdict.startswith("A mapping was proposed. ")


def test_what_a_workbook_changes_is_shown_before_it_is_taken(result: Make) -> None:
    [table] = [each for each in page_of(result("workbook")).sections if isinstance(each, Table) and each.essential][:1]
    assert [[cell.text for cell in row] for row in table.rows] == [["patients, line 7", "From", "gender", "sex"]]


def test_records_in_doubt_need_no_person(result: Make) -> None:
    page = reports.html({**result("status"), "records": {"created": 5, "in_doubt": 2}})
    assert "5 of 7 records are in the new system; the next load settles what became of 2 records." in page
    assert "a person" not in above_the_fold(page)


def test_an_object_without_a_rule_is_told_what_to_write_where(result: Make) -> None:
    page = reports.html({**result("plan"), "blocked": ["No rule says what becomes of loyalty."]})
    assert "Write a rule for each into mapping.yaml" in page


def test_a_finding_shows_the_action_of_its_check(result: Make) -> None:
    assert "Open both charts and compare them." in reports.html(result("audit"))


def test_value_sets_appear_only_where_the_result_carries_them(result: Make) -> None:
    page = reports.html(result("extract"))
    assert "Choices in use" in page
    assert "9,800" in page


def test_money_that_differs_is_a_problem_and_equal_money_is_not(result: Make) -> None:
    page = reports.html(result("reconcile"))
    assert "Totals that differ" in page
    differing = page[page.index("Totals that differ") : page.index("Money totals", page.index("Totals that differ"))]
    assert "182,344.20" in differing
    assert "2,000,000.00" not in differing
