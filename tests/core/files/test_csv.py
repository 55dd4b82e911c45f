"""CSV as business programs print it: every quirk is read or reported with its line, none shifts a value."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.errors import BadInput
from bridgework.files import CsvTable, csvlines


def table(content: bytes, **options) -> CsvTable:
    return CsvTable.examine(lambda: io.BytesIO(content), "list.csv", **options)


def values(content: bytes, **options):
    return [row.values for row in table(content, **options).rows()]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Name\tCity\nPeña\tDenver\n".encode(), "utf-8"),
        ("\ufeffName\tCity\nPeña\tDenver\n".encode(), "utf-8-sig"),
        ("Name\tCity\nPeña\tDenver\n".encode("cp1252"), "windows-1252"),
        ("Name\tCity\nPeña\tDenver\n".encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_found_and_recorded(content, encoding):
    found = table(content)
    assert found.encoding.name == encoding
    assert [row.values for row in found.rows()] == [{"Name": "Peña", "City": "Denver"}]


def test_a_file_against_its_declared_encoding_stops_with_line_byte_and_offer():
    content = "Name,City\nAna,Denver\nPeña,Boulder\n".encode("cp1252")
    with pytest.raises(BadInput, match=r"line 3, byte 3\. It looks like Windows-1252") as caught:
        table(content, encoding="utf-8")
    assert "windows-1252" in caught.value.next_step
    assert values(content, encoding="windows-1252")[1] == {"Name": "Peña", "City": "Boulder"}


@pytest.mark.parametrize("before", [0, 1, (1 << 18) - 3, (1 << 18) - 1, 1 << 18, 1 << 19])
def test_the_place_of_a_wrong_byte_is_exact_in_large_files(before):
    filler = (b"x" * 99 + b"\n") * (before // 100) + b"y" * (before % 100)
    content = b"a,b\n" + filler + b"\xe9,z\n"
    encoding = table(content).encoding
    place = content.index(b"\xe9")
    assert encoding.line == content[:place].count(b"\n") + 1
    assert encoding.byte == place - content[:place].rfind(b"\n")


def test_bytes_unknown_to_windows_1252_are_kept():
    (row,) = values(b"Name,City\nA\x81\xe9,B\n")
    assert row == {"Name": "A\x81é", "City": "B"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(delimiter, end):
    lines = [["A", "B"], ["1", "x"], ["2", "y"]]
    content = end.join(delimiter.join(line) for line in lines).encode()
    found = table(content)
    assert found.delimiter == delimiter
    assert [row.values for row in found.rows()] == [{"A": "1", "B": "x"}, {"A": "2", "B": "y"}]


def test_a_large_file_that_ends_lines_with_cr_is_read_line_by_line(monkeypatch):
    monkeypatch.setattr(csvlines, "LONGEST_LINE", 7)
    assert values(b"A,B\r11,22\r\r33,44\r55,66") == [
        {"A": "11", "B": "22"},
        {"A": "33", "B": "44"},
        {"A": "55", "B": "66"},
    ]


def test_titles_above_the_heading_are_set_apart():
    found = table(
        b"\xef\xbb\xbfTransaction List\r\nPrinted,11/01/2026\r\n\r\nNumber,Amount\r\n1,5.00\r\n",
        expected=("Number", "Amount"),
    )
    assert found.titles == ("Transaction List", "Printed 11/01/2026")
    assert found.columns == ("Number", "Amount")
    assert [row.line for row in found.rows()] == [5]


def test_expected_headings_tell_the_heading_from_a_title_of_the_same_width():
    content = b"Report,Practice,Printed\nId,Name,Amount\n1,Ana,5\n"
    assert table(content, expected=("Id", "NAME", "Amount")).columns == ("Id", "Name", "Amount")


def test_a_heading_may_hold_the_delimiter_and_quoted_newlines():
    found = table(b'Id,"LAST, FIRST","Two\nlines"\n1,"Ruiz, Ana",x\n')
    assert found.columns == ("Id", "LAST, FIRST", "Two\nlines")
    assert [row.values["LAST, FIRST"] for row in found.rows()] == ["Ruiz, Ana"]


def test_doubled_and_blank_headings_are_made_unique_by_position():
    assert table(b"Phone,Phone,,Phone#2,Phone\n1,2,3,4,5\n").columns == (
        "Phone",
        "Phone#2",
        "Column 3",
        "Phone#2#2",
        "Phone#3",
    )


def test_a_file_without_heading_is_refused():
    with pytest.raises(BadInput, match=r"list\.csv has no heading row \(expected columns such as Id, Name\)"):
        table(b"just text\nmore text\n", expected=("Id", "Name"))
    with pytest.raises(BadInput, match="no heading row"):
        table(b"")


def test_quoted_cells_hold_delimiters_newlines_and_quotes():
    rows = list(table(b'Id,Text,N\r\n1,"a ""b"", c",2\r\n2,"first\r\nsecond",3\r\n').rows())
    assert [row.values["Text"] for row in rows] == ['a "b", c', "first\r\nsecond"]
    assert [row.line for row in rows] == [2, 3]
    assert rows[1].raw == b'2,"first\r\nsecond",3\r\n'


@pytest.mark.parametrize("cell", [b"a\rb", b'"a\rb"', b'"a\r""b"""'])
def test_a_lone_carriage_return_inside_a_cell_is_kept(cell):
    (row,) = values(b"Id,Text,N\r\n1," + cell + b",2\r\n")
    assert row["Text"].startswith("a\r")
    assert row["N"] == "2"


@pytest.mark.parametrize(
    "broken",
    [b'1,"open,2', b'1,5" wire,2', b'1,"a"b,2', b'1,a "b" c,2', b'1,"a" ,2', b'1,"a""b,2'],
)
def test_a_stray_quote_fails_its_row_only(broken):
    content = b'Id,Text,N\nbefore,"x, y",1\n' + broken + b'\nafter,"p ""q""",3\nlast,"r",4\n'
    found = list(table(content).rows())
    assert [row.values and row.values["Id"] for row in found] == ["before", None, "after", "last"]
    assert "quotation mark" in found[1].problem
    assert (found[1].line, found[1].raw) == (3, broken + b"\n")
    assert found[2].values["Text"] == 'p "q"'


def test_a_stray_quote_far_from_the_end_does_not_swallow_the_file():
    body = b"".join(b"%d,x,y\n" % number for number in range(5000))
    rows = list(table(b"Id,A,B\n" + b'bad,"x,y\n' + body).rows())
    assert len(rows) == 5001
    assert sum(row.values is None for row in rows) == 1


def test_uneven_rows_are_listed_with_their_lines_and_nothing_is_shifted():
    found = list(table(b"Id,A,B\n1,2\n1,2,3,4\n1,2,3,\n1,2,3\n", expected=("Id", "A", "B")).rows())
    assert [(row.line, row.values) for row in found] == [
        (2, {"Id": "1", "A": "2"}),
        (3, None),
        (4, {"Id": "1", "A": "2", "B": "3"}),
        (5, {"Id": "1", "A": "2", "B": "3"}),
    ]
    assert [row.problem for row in found] == [
        "has 2 cells where the heading has 3",
        "has 4 cells where the heading has 3",
        "has 4 cells where the heading has 3",
        "",
    ]


@pytest.mark.parametrize(
    ("footer", "totals", "count"),
    [
        (b"Total,,,9.50\n", {"Amount": "9.50"}, None),
        (b"\n,Grand Total:,,9.50\n", {"Amount": "9.50"}, None),
        (b"*** END OF REPORT - 2 RECORDS ***\n", {}, 2),
        (b"Total,,,9.50\n\n*** END OF REPORT ***\n", {"Amount": "9.50"}, None),
        (b"Total records: 1,002\n", {}, None),
        (b'"Total records: 1,002"\n', {}, 1002),
        (b"2 records,,,\n", {}, 2),
        (b"Subtotal,,,4.00\nTotal,,,9.50\n", {"Amount": "9.50"}, None),
    ],
)
def test_footers_are_control_totals_and_no_data(footer, totals, count):
    found = table(b"Id,Name,Date,Amount\n1,Ana,x,4.00\n2,Bo,y,5.50\n" + footer)
    rows = [row for row in found.rows() if row.values is not None and not row.problem]
    assert [row.values["Id"] for row in rows] == ["1", "2"]
    assert found.footer.totals == totals
    assert found.footer.count == count or footer == b"Total records: 1,002\n"


def test_a_patient_called_total_is_data():
    content = b'Patient,Number,Due,Cycle\nTotal,1,01/01/2027,6 Months\n"Total, Ann",2,01/01/2027,6 Months\n'
    assert [row["Number"] for row in values(content)] == ["1", "2"]


def test_reading_twice_gives_the_same():
    found = table(b"Id,A\n1,2\nTotal,2\n")
    assert list(found.rows()) == list(found.rows())
    assert found.footer.totals == {"A": "2"}


def test_an_endless_line_is_refused(monkeypatch):
    monkeypatch.setattr(csvlines, "LONGEST_LINE", 100)
    with pytest.raises(BadInput, match="line longer"):
        values(b"Id,A\n1," + b"x" * 500 + b"\n")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8)


@given(ROWS, st.sampled_from([",", ";", "\t"]))
def test_whatever_a_writer_quotes_is_read_back(rows, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(
        [["Key column", "Second column", "Third column"], *[[f"k{at}", *row[1:]] for at, row in enumerate(rows)]]
    )
    found = table(out.getvalue().encode(), expected=("Key column", "Second column", "Third column"))
    assert found.delimiter == delimiter
    assert [list(row.values.values()) for row in found.rows()] == [[f"k{at}", *row[1:]] for at, row in enumerate(rows)]


@given(st.binary())
def test_no_bytes_break_the_reader(content):
    try:
        for row in table(content).rows():
            assert row.line >= 1
    except BadInput as error:
        assert error.next_step


@given(st.lists(st.sampled_from(['"', "a", ",", "\n", "\r\n", '""', "1,2,3\n"]), max_size=40))
def test_quotes_anywhere_lose_no_line(pieces):
    content = "A,B,C\n" + "".join(pieces)
    found = list(table(content.encode(), expected=("A", "B", "C")).rows())
    lines = [row.line for row in found]
    assert lines == sorted(set(lines))
    filled = {number for number, line in enumerate(content.split("\n"), 1) if line.strip(' ,"\r') and number > 1}
    covered = {line + extra for row in found for line in [row.line] for extra in range(row.raw.count(b"\n") + 1)}
    assert filled <= covered
