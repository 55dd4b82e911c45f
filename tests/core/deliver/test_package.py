"""The package folder: files private, counted and hashed; published whole or not at all; cells that are no formulas."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgework.stages.deliver.package import PRIVATE, SHAREABLE, Package, cell_text, file_name


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    package = Package(tmp_path / "package")
    package.text("archive/README.txt", "x", "how", SHAREABLE)
    package.publish()
    assert [mode(tmp_path / name) for name in ("package", "package/archive")] == [0o700, 0o700]
    assert mode(tmp_path / "package/archive/README.txt") == 0o600


def test_every_file_is_listed_with_rows_size_and_hash(tmp_path: Path) -> None:
    package = Package(tmp_path / "package")
    with package.table("claims.csv", ("a", "b"), "claims", PRIVATE) as table:
        table.row(["1", None])
        table.row([{"amount": "-12.50", "currency": "USD"}, ["x", "y"]])
    [listed] = package.files
    content = (package.folder / "claims.csv").read_bytes()
    assert (listed.rows, listed.size, listed.sha256) == (2, len(content), sha256(content).hexdigest())
    assert content == b"\xef\xbb\xbfa,b\r\n1,\r\n-12.50,x; y\r\n"


def test_an_empty_table_counts_no_rows(tmp_path: Path) -> None:
    package = Package(tmp_path / "package")
    with package.table("claims.csv", ("a",), "claims", PRIVATE):
        pass
    assert package.files[0].rows == 0


def test_a_second_package_replaces_the_first_with_nothing_of_it_left(tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        package = Package(tmp_path / "package")
        package.text(name, name, "a file", SHAREABLE)
        package.publish()
    assert [path.name for path in tmp_path.rglob("*")] == ["package", "two.txt"]


def test_the_package_of_before_stays_until_the_next_one_is_complete(tmp_path: Path) -> None:
    first = Package(tmp_path / "package")
    first.text("one.txt", "1", "a file", SHAREABLE)
    first.publish()
    Package(tmp_path / "package").text("two.txt", "2", "a file", SHAREABLE)
    assert [path.name for path in (tmp_path / "package").iterdir()] == ["one.txt"]


@given(st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_plain_number(text: str) -> None:
    from bridgework.stages.deliver.package import CsvOut, Out

    class Kept(Out):
        def __init__(self) -> None:
            self.kept, self.rows = b"", 0

        def write(self, content: bytes) -> None:
            self.kept += content

    kept = Kept()
    CsvOut(kept, ("a",)).row([text])
    rows = list(csv.reader(io.StringIO(kept.kept.decode("utf-8-sig"), newline="")))
    cell = rows[1][0] if len(rows) > 1 and rows[1] else ""
    assert not cell.startswith(("=", "+", "@", "\t", "\r"))
    assert not cell.startswith("-") or cell.lstrip("-").replace(".", "", 1).isdecimal()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        ({"amount": "1.00", "currency": "USD"}, "1.00"),
        ({"value": "1 Main St", "city": "Denver"}, "1 Main St"),
        ([{"value": "a@x.example"}, {"value": "b@x.example"}], "a@x.example; b@x.example"),
        ({"code": "D1110"}, '{"code":"D1110"}'),
    ],
)
def test_values_become_the_text_people_expect(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize("text", ["../../etc/passwd", "a/b", "C:\\x", "..", "", "claims\x00", "  .hidden", "x" * 300])
def test_a_name_from_outside_stays_within_the_folder(text: str) -> None:
    name = file_name(text)
    assert "/" not in name and "\\" not in name and not name.startswith(".") and 0 < len(name) <= 80
