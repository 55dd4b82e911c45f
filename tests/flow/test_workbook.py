"""The mapping as a workbook: out, edited, shown, taken; and every kind of cell that must not be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridgework import reports
from bridgework.reports.spreadsheet import Sheet
from bridgework.stages.workbook import read_cells

from .bench import Bench
from .conftest import init, served_at
from .exports import little_practice

Cells = dict[str, list[list[str]]]


pytestmark = pytest.mark.usefixtures("shared_home")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory, shared_config: Path) -> Iterator[Bench]:
    """A practice that is extracted and audited, once for all tests."""
    folder = tmp_path_factory.mktemp("workbook")
    with served_at(shared_config) as sandbox:
        bench = init(folder / "migration", little_practice().write(folder / "export"), sandbox, {})
        bench.audited()
        yield bench


@pytest.fixture
def bench(audited: Bench) -> Bench:
    """The same without a mapping of its own."""
    (audited.folder / "mapping.yaml").unlink(missing_ok=True)
    return audited


@pytest.fixture
def edited(bench: Bench, tmp_path: Path) -> Callable[..., Path]:
    """Export, change cells by (sheet, first or second cell of the row, column, text), save anew."""

    def make(*changes: tuple[str, str, str, str], work: Callable[[Cells], None] = lambda cells: None) -> Path:
        bench.call("plan", "--workbook", str(tmp_path / "mapping.xlsx"))
        cells = read_cells(tmp_path / "mapping.xlsx")
        for sheet, key, column, text in changes:
            [row] = [row for row in cells[sheet][1:] if key in row[:2]]
            row[cells[sheet][0].index(column)] = text
        work(cells)
        path = tmp_path / "edited.xlsx"
        reports.workbook(path, [Sheet(name, rows[0], rows[1:]) for name, rows in cells.items()])
        return path

    return make


def take(bench: Bench, path: Path, *options: str, code: int) -> dict[str, Any]:
    return bench.call("plan", "--take", str(path), *options, code=code)


def test_a_workbook_nobody_edited_changes_nothing(bench: Bench, edited: Callable[..., Path]) -> None:
    answer = take(bench, edited(), "--yes", code=0)
    assert (answer["changes"], answer["taken"]) == ([], False)
    assert not (bench.folder / "mapping.yaml").exists()


def test_differences_are_shown_before_anything_is_taken(bench: Bench, edited: Callable[..., Path]) -> None:
    answer = take(bench, edited(("patients", "Gender", "Optional", "3")), code=1)
    assert answer["changes"] == [
        {"sheet": "patients", "row": 11, "of": "Gender", "column": "Optional", "before": "10", "after": "3"}
    ]
    assert answer["next"].endswith("--yes")
    assert not (bench.folder / "mapping.yaml").exists()


def test_every_editable_cell_is_taken_and_comes_back_in_the_next_workbook(
    bench: Bench, edited: Callable[..., Path], tmp_path: Path
) -> None:
    changes = (
        ("patients", "Gender", "Optional", ""),
        ("patients", "Patient number", "From", "id"),
        ("patients", "Preferred contact", "Values", "Email = E-mail\nMail = (nothing)"),
        ("patients", "Gender", "Reason", "asked for by the front desk"),
        ("organizations-locations", "Organization type", "Constant", "Site"),
    )
    answer = take(bench, edited(*changes), "--yes", code=0)
    assert answer["taken"] and len(answer["changes"]) == len(changes)
    bench.call("plan", "--workbook", str(tmp_path / "again.xlsx"))
    again = read_cells(tmp_path / "again.xlsx")
    for sheet, key, column, text in changes:
        [row] = [row for row in again[sheet][1:] if row[0] == key]
        assert row[again[sheet][0].index(column)] == text


def test_transforms_are_checked_by_name(bench: Bench, edited: Callable[..., Path]) -> None:
    answer = take(bench, edited(("patients", "Patient number", "Transforms", "email_lst")), code=2)
    assert answer["message"] == (
        "Sheet patients, row 8, Transforms: there is no transform email_lst, did you mean email_list."
    )


def test_a_path_that_leads_nowhere_names_its_cell_and_nothing_is_written(
    bench: Bench, edited: Callable[..., Path]
) -> None:
    answer = take(bench, edited(("patients", "Patient number", "From", "patientNumbr")), "--yes", code=2)
    assert answer["message"].startswith("Sheet patients, row 8, From:")
    assert "patientNumber" in answer["message"]
    assert not (bench.folder / "mapping.yaml").exists()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("patients", "Gender", "Type", "text"), "not to be edited"),
        (("patients", "Gender", "Goes to", "deal: Gender"), "not to be edited"),
        (("patients", "emails", "From", "email"), "comes from elsewhere"),
        (("patients", "Gender", "From", ""), "something must stand here"),
        (("patients", "Gender", "Optional", "soon"), "must be empty, or the rank"),
        (("patients", "Gender", "Values", "Female: F"), "each line reads"),
        (("appointments", "done", "Constant", "perhaps"), "true or false"),
        (("Rules", "patients", "Reason", "because"), "give a reason"),
        (("Rules", "clinical-notes", "Reason", ""), "a reason is needed"),
        (("Source fields", "dateOfBirth", "Decision", "drop"), "change mapping.yaml instead"),
        (("Source fields", "middleName", "Decision", "burn"), "must be drop or archive"),
    ],
    ids=lambda value: "/".join(value[:3]) if isinstance(value, tuple) else "",
)
def test_a_cell_that_cannot_be_taken_is_refused_by_sheet_row_and_column(
    bench: Bench, edited: Callable[..., Path], change: tuple[str, str, str, str], word: str
) -> None:
    answer = take(bench, edited(change), "--yes", code=2)
    assert answer["message"].startswith(f"Sheet {change[0]}, row ") and word in answer["message"]
    assert not (bench.folder / "mapping.yaml").exists()


def _without_a_row(cells: Cells) -> None:
    del cells["patients"][5]


def _with_a_row_twice(cells: Cells) -> None:
    cells["patients"].append(list(cells["patients"][5]))


def _with_another_column(cells: Cells) -> None:
    cells["patients"][0][2] = "Von"


def _with_a_rule_of_their_own(cells: Cells) -> None:
    cells["Rules"].append(["", "mine", "", "patients", "person", "", ""])


def _without_a_sheet(cells: Cells) -> None:
    del cells["patients"]


@pytest.mark.parametrize(
    "work",
    [_without_a_row, _with_a_row_twice, _with_another_column, _with_a_rule_of_their_own, _without_a_sheet],
    ids=lambda work: work.__name__.strip("_"),
)
def test_a_workbook_of_another_shape_is_refused(
    bench: Bench, edited: Callable[..., Path], work: Callable[[Cells], None]
) -> None:
    answer = take(bench, edited(work=work), "--yes", code=2)
    assert answer["cause"] == "bad_input" and "heet" in answer["message"]


def test_rows_may_be_sorted_and_a_new_field_added(bench: Bench, edited: Callable[..., Path], tmp_path: Path) -> None:
    def work(cells: Cells) -> None:
        head, *rows = cells["patients"]
        new = dict.fromkeys(head, "") | {"Field": "Middle name", "From": "middleName", "Optional": "20"}
        cells["patients"] = [head, *sorted(rows, reverse=True), [new[name] for name in head]]

    answer = take(bench, edited(work=work), "--yes", code=0)
    assert [(each["of"], each["after"]) for each in answer["changes"]] == [("Middle name", "a new field")]
    assert source_field(bench, tmp_path, "middleName")["State"] == "mapped"


def test_an_archived_field_may_become_a_dropped_one(bench: Bench, edited: Callable[..., Path], tmp_path: Path) -> None:
    take(bench, edited(("Source fields", "middleName", "Decision", "drop")), "--yes", code=0)
    assert source_field(bench, tmp_path, "middleName")["State"] == "dropped"


def source_field(bench: Bench, folder: Path, name: str) -> dict[str, str]:
    """A row of the sheet of source fields as it is now."""
    bench.call("plan", "--workbook", str(folder / "now.xlsx"))
    head, *rows = read_cells(folder / "now.xlsx")["Source fields"]
    [row] = [dict(zip(head, row, strict=True)) for row in rows if row[:2] == ["patients", name]]
    return row


def test_an_older_workbook_is_refused_after_the_mapping_changed(bench: Bench, edited: Callable[..., Path]) -> None:
    path = edited(("patients", "Gender", "Optional", "3"))
    take(bench, path, "--yes", code=0)
    assert take(bench, path, "--yes", code=2)["cause"] == "stale_workbook"


def test_comments_and_other_rules_of_the_migrations_mapping_stay(bench: Bench, edited: Callable[..., Path]) -> None:
    mapping = bench.folder / "mapping.yaml"
    mapping.write_text("# ours\nrules:\n  patients:\n    fields:\n      Gender: null  # not wanted\n", "utf-8")
    take(bench, edited(("patients", "Patient number", "Reason", "the chart number")), "--yes", code=0)
    text = mapping.read_text("utf-8")
    assert "# ours" in text and "# not wanted" in text and "the chart number" in text
    assert mapping.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"], ids=["empty", "text", "broken zip"])
def test_a_file_that_is_no_workbook_is_refused(bench: Bench, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    assert "no workbook that can be read" in take(bench, path, code=2)["message"]
