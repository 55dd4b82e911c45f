"""Workbooks: text stays text, nothing is lost silently, nothing is left behind."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from bridgework import reports
from bridgework.errors import StoreFailure
from bridgework.reports.differences import DiffRow
from bridgework.reports.spreadsheet import CUT, LAST_ROW, LONGEST, Sheet, cell_text


def read(path: Path, sheet: str) -> list[list[object]]:
    """The cells of a sheet as they stand in the file."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


FORMULAS = ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@sum", "\tx", "＝1", "https://example.org", "mailto:a@b.c"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_looks_like_a_formula_or_a_link_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("A",), [(text,)])])
    assert read(path, "Data")[1] == [text]
    with ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_text_that_looks_like_a_number_keeps_its_zeros(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("A", "B", "C", "D"), [("00123", 42, Decimal("12.50"), None)])])
    assert read(path, "Data")[1] == ["00123", 42.0, "12.50", ""]


def test_control_characters_are_escaped_and_line_breaks_stay(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("A",), [("a\x00b\x1b[31m\nc\u202ed",)])])
    assert read(path, "Data")[1] == ["a\\x00b\\x1b[31m\nc\\u202ed"]


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("A", "B"), [("x" * 40_000, "y" * LONGEST)])])
    cut, whole = read(path, "Data")[1]
    assert isinstance(cut, str)
    assert len(cut) == LONGEST
    assert cut.endswith(CUT)
    assert whole == "y" * LONGEST


def test_characters_that_count_twice_are_cut_in_time() -> None:
    text = cell_text("🦷" * 20_000)
    assert len(text.encode("utf-16-le")) // 2 <= LONGEST
    assert text.endswith(CUT)


def test_the_header_stays_in_view_and_can_be_filtered(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("A", "B"), [(1, 2), (3, 4)])])
    with ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:B3"' in sheet


def test_the_file_is_for_its_owner_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("A",), [("x",)])])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["book.xlsx"]


def test_rows_may_come_from_a_generator(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[int, str]]:
        for index in range(500):
            yield index, f"row {index}"

    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("N", "Text"), rows())])
    found = read(path, "Data")
    assert len(found) == 501
    assert found[-1] == [499.0, "row 499"]


def test_rows_beyond_a_sheet_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LAST_ROW == 2**20 - 1
    monkeypatch.setattr("bridgework.reports.spreadsheet.LAST_ROW", 3)
    path = tmp_path / "book.xlsx"
    reports.workbook(path, [Sheet("Data", ("N",), [(index,) for index in range(7)])])
    sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    assert sheets == ["Data", "Data 2", "Data 3"]
    assert [row[0] for name in sheets for row in read(path, name)[1:]] == [float(index) for index in range(7)]


def test_sheet_names_that_a_spreadsheet_refuses_are_made_fit(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    names = ["a/b:c*?[x]", "x" * 40, "X" * 40, ""]
    reports.workbook(path, [Sheet(name, ("A",), [("x",)]) for name in names])
    found = CalamineWorkbook.from_path(str(path)).sheet_names
    assert len(found) == 4
    assert all(len(name) <= 31 for name in found)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreFailure, match=r"book\.xlsx cannot be written"):
        reports.workbook(tmp_path / "nowhere" / "book.xlsx", [Sheet("Data", ("A",), [])])


def test_the_checklist_begins_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "checklist.xlsx"
    rows = [("10442", "=cmd|' /C calc'!A0", "Ask for a phone number.", "patients 1", "no phone", "A", "F-1")]
    columns = ("number", "name", "what to fix", "where", "what was found", "severity", "finding")
    reports.checklist_xlsx(path, columns, rows)
    sheets = CalamineWorkbook.from_path(str(path)).sheet_names
    assert sheets == ["Read me first", "Checklist"]
    found = read(path, "Checklist")
    assert found[0] == [
        "Number",
        "Name",
        "What to fix",
        "Where",
        "What was found",
        "Severity",
        "Finding",
        "Done (initials)",
    ]
    assert found[1][:3] == ["10442", "=cmd|' /C calc'!A0", "Ask for a phone number."]


def test_every_line_of_the_checklist_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "checklist.xlsx"
    columns = ("number", "name", "what to fix", "severity")
    reports.checklist_xlsx(path, columns, [("1", "Ana", "", "B"), ("2", "Bo", "Call.", "W"), ("3", "Cy", "", "W")])
    found = [row[2] for row in read(path, "Checklist")[1:]]
    assert all(found)
    assert found[1] == "Call."
    assert found[0] != found[2]


DIFFERENCES = [
    DiffRow(rule="patients", record="10442", field="Name", kind="equal", sent="Ana", stored="Ana"),
    DiffRow(rule="patients", record="10442", field="Born", kind="lost", sent="1980-02-11"),
    DiffRow(rule="patients", record="10443", field="", kind="missing"),
    DiffRow(
        rule="patients",
        record="10444",
        field="Balance",
        kind="wrong",
        sent={"amount": "12.50", "currency": "USD"},
        stored={"amount": "1250", "currency": "USD"},
    ),
]


def test_the_private_diff_has_every_row_problems_first(tmp_path: Path) -> None:
    path = tmp_path / "diff.xlsx"
    reports.private_diff_xlsx(path, DIFFERENCES)
    rows = read(path, "Fields")
    assert [row[4] for row in rows[1:]] == ["missing", "lost", "wrong", "equal"]
    assert rows[3][5:7] == ["12.50 USD", "1250 USD"]
    assert all(row[7] for row in rows[1:])
    assert read(path, "Counts")[-1] == ["Together", "", 4.0]


def test_the_private_diff_page_says_it_is_private_and_shows_values_literally() -> None:
    rows = [
        *DIFFERENCES,
        DiffRow(
            rule="patients",
            record="7",
            name="Ana Ruiz",
            field="Name",
            kind="wrong",
            sent="<script>alert(1)</script>",
            stored="\x1b]0;",
        ),
    ]
    page = reports.private_diff_html(rows, practice="Ruiz Dental")
    assert "Ruiz Dental" in page
    assert "Ana Ruiz" in page
    assert "Private: this page shows patient data" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "\\x1b]0;" in page
    assert "1980-02-11" in page


def test_an_address_kept_in_parts_reads_like_one_that_was_sent_on_a_line() -> None:
    sent = {"value": "1 Elm, Apt 2, Denver, CO 80203", "street": "1 Elm, Apt 2", "street2": "Apt 2", "city": "Denver"}
    stored = {"street": "1 Elm, Apt 2", "street2": "Apt 2", "city": "Denver", "state": "CO", "postal_code": "80203"}
    row = DiffRow(rule="r", record="7", field="Address", kind="normalised", sent=sent, stored=stored)
    page = reports.private_diff_html([row], practice="Ruiz Dental")
    assert page.count("1 Elm, Apt 2, Denver, CO 80203") == 2
    assert "Ruiz Dental" in page


def test_the_private_diff_page_counts_what_it_does_not_show() -> None:
    equal = [DiffRow(rule="r", record=str(n), field="Name", kind="equal", sent="x", stored="x") for n in range(1_000)]
    page = reports.private_diff_html([*equal, *DIFFERENCES], equal_shown=10)
    assert "Equal (1,001)" in page
    assert "991 further rows are not shown here; all of them are in private/diff.xlsx." in page
