"""The list of bad inputs, number by number: each ends in a refusal that names its place, or is kept and reported.

A case stands here in its smallest form. Where a whole command is needed to show it, its test stands beside the command
and carries the number in its docstring; `test_numbers` looks whether every number has one.
"""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console

from bridgework import reports
from bridgework.client import ApiClient
from bridgework.client.addresses import Origin
from bridgework.client.budgets import MemoryBudgetStore
from bridgework.clock import FakeClock
from bridgework.errors import ApprovalMissing, BadInput, InDoubt, MappingError, SettingsError, StopRun, UsageError
from bridgework.files import (
    Archive,
    CsvTable,
    DateOrder,
    Limits,
    Unreadable,
    damaged,
    read_date,
    read_local_instant,
    read_money,
    read_ndjson,
    safe_name,
    without_nul,
)
from bridgework.mapping.template import parse_template
from bridgework.mapping.yamltext import read_yaml
from bridgework.model import (
    DestinationSchema,
    FieldType,
    Operation,
    Option,
    Service,
    TargetField,
    TargetObject,
    Verb,
)
from bridgework.reports.figures import visible
from bridgework.reports.spreadsheet import CUT, LONGEST, Sheet
from bridgework.reports.terminal import render
from bridgework.results import Result
from bridgework.stages.audit.spreadsheet import plain_cell, safe_cell
from bridgework.stages.load import FieldBook, Resolver
from bridgework.stages.load.resolving import Parents, Unresolved
from bridgework.stages.survey import survey
from bridgework_dental.contacts import mail_fault, phone_key
from bridgework_dental.names import plain as folded_name
from bridgework_dental.transforms import phone_list, provider_forms, provider_key, sms_opt_out
from bridgework_sensei import Sensei, SenseiSettings

from ..exports import little_practice
from .checking import accounted_for, known, made_once
from .lab import Lab, prepared
from .world import World

NO_PARENTS = Parents({}, frozenset())


@pytest.fixture
def lab_of(memory: Path) -> Callable[..., Lab]:
    """A lab over people and visits that are given as rows."""

    def make(people: dict[str, Any], visits: dict[str, Any] | None = None) -> Lab:
        folder = memory / "bad"
        shutil.rmtree(folder, ignore_errors=True)
        world = World(people=people, visits=visits or {})
        return prepared(folder, world)

    return make


def person(name: str = "Ana", **values: str) -> dict[str, str]:
    return {"name": name, "city": "", "guardian": "", **values}


def table(content: bytes, **options: Any) -> CsvTable:
    return CsvTable.examine(lambda: io.BytesIO(content), "report.csv", **options)


def rows(line: bytes) -> list[Any]:
    """Three lines, the one in the middle as given."""
    return list(read_ndjson(io.BytesIO(b'{"id":"1"}\n' + line + b'\n{"id":"3"}\n'), "patients.ndjson"))


def refused_alone(line: bytes, reason: str) -> None:
    """The row is refused with its reason and line, its neighbours are read."""
    first, bad, last = rows(line)
    assert (first.values, last.values) == ({"id": "1"}, {"id": "3"})
    assert bad.values is None and reason in bad.problem and bad.line == 2


# ------------------------------------------------------------------------------------------ files


def test_text_in_another_encoding_than_declared_stops_with_line_and_byte() -> None:
    """B1."""
    with pytest.raises(BadInput, match=r"line 3, byte 3.*Windows-1252") as caught:
        table("Name\nAna\nPeña\n".encode("cp1252"), encoding="utf-8")
    assert "windows-1252" in caught.value.next_step


def test_a_csv_file_as_programs_write_them_is_read_and_uneven_rows_keep_their_lines() -> None:
    """B2: byte-order mark, CRLF, semicolons, a quoted newline, uneven columns."""
    found = list(table(b'\xef\xbb\xbfId;Note\r\n1;"two\r\nlines"\r\n2;b;c\r\n3;d\r\n').rows())
    assert [row.values for row in found] == [{"Id": "1", "Note": "two\r\nlines"}, None, {"Id": "3", "Note": "d"}]
    assert "3 cells where the heading has 2" in found[1].problem and found[1].line == 4


def test_a_zero_byte_is_taken_out_and_flagged() -> None:
    """B3."""
    assert damaged("nul\x00")
    assert without_nul("a\x00b") == "ab"


def test_half_a_character_refuses_its_row_alone() -> None:
    """B4."""
    refused_alone(b'{"name":"\\ud800"}', "surrogate")


def test_composed_and_decomposed_names_match_and_what_reorders_text_is_shown() -> None:
    """B5."""
    assert folded_name("Jose\u0301") == folded_name("Jos\u00e9")
    assert visible("Dr. \u202eevil\u200d") == "Dr. \\u202eevil\\u200d"


def test_a_text_that_is_too_long_is_refused_before_it_is_sent_and_markup_stays_text() -> None:
    """B6."""
    field = TargetField(key="note", label="Note", type=FieldType.TEXT, max_length=255)
    resolver = Resolver(_book(field), {})
    with pytest.raises(Unresolved) as caught:
        resolver.resolve("person", {"Note": "x" * 10_000}, NO_PARENTS)
    assert (caught.value.field, "255 characters" in caught.value.reason) == ("Note", True)
    text = "<b>bold</b> \U0001f9b7"
    assert resolver.resolve("person", {"Note": text}, NO_PARENTS)[0] == {"note": text}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b'{"id":"1","id":"2"}', "one key twice", id="B7"),
        pytest.param(b'{"a":NaN}', "not finite", id="B8"),
        pytest.param(b'{"a":-Infinity}', "not finite", id="B8 negative"),
        pytest.param(b'{"a":' + b"9" * 5_000 + b"}", "more than 400 digits", id="B10"),
        pytest.param(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper", id="B11"),
    ],
)
def test_json_that_other_readers_take_silently_is_refused(line: bytes, reason: str) -> None:
    refused_alone(line, reason)


def test_a_number_of_25_digits_keeps_every_digit() -> None:
    """B9."""
    assert rows(b'{"id":1111111111111111111111111}')[1].values == {"id": 1111111111111111111111111}


@pytest.mark.parametrize("cell", ["1.234,56", "1e3"])
def test_money_is_exact_and_what_could_mean_two_things_is_flagged(cell: str) -> None:
    """B12."""
    amounts = [Decimal(str(read_money(each))) for each in ("0.1", "0.2", "$1,234.5", "(12.00)")]
    assert sum(amounts, Decimal(0)) == Decimal("1222.8")
    with pytest.raises(Unreadable):
        read_money(cell)


@pytest.mark.parametrize("cell", ["31/02/2024", "0000-00-00", "1900-01-00", "02/03/0024"])
def test_dates_are_read_in_the_declared_order_and_impossible_ones_are_findings(cell: str) -> None:
    """B13."""
    assert read_date("02/03/2024", DateOrder.MDY) == "2024-02-03"
    assert read_date("02/03/2024", DateOrder.DMY) == "2024-03-02"
    assert read_date("02/29/2024", DateOrder.MDY) == "2024-02-29"
    assert read_local_instant("2024-03-10T02:30:00") == "2024-03-10T02:30:00"
    with pytest.raises(Unreadable) as caught:
        read_date(cell, DateOrder.DMY)
    assert cell not in str(caught.value)


def test_keys_that_look_alike_are_different_records(lab_of: Callable[..., Lab]) -> None:
    """B14."""
    keys = ("007", "7", "7.0", " 7", "P1a", "P1A")
    lab = lab_of({key: person(f"Person {key}") for key in keys})
    lab.run("load")
    assert len(lab.world.made) == len(keys)
    made_once(lab.world)
    accounted_for(lab)


# ------------------------------------------------------------------------------------------ people


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("ana @mail.example", "not an e-mail address"),
        ("two@mail.example; three@mail.example", "not an e-mail address"),
        ("none@none.com", "placeholder"),
    ],
)
def test_an_address_that_is_none_is_flagged(address: str, fault: str) -> None:
    """B15; an address that relatives share is told by the audit (`test_patients`) and never joins two people."""
    assert mail_fault(address, frozenset()) == fault


@pytest.mark.parametrize("number", ["555-CALL", "303-555-0100 x12", "+44(0)20 7946 0000"])
def test_a_telephone_number_is_kept_as_it_was_typed(number: str) -> None:
    """B16."""
    assert phone_list([{"type": "Home", "number": number}])[0]["value"] == number
    assert phone_key("555-CALL") == ""  # and is no evidence of who somebody is


def test_a_row_that_comes_twice_is_folded_and_counted(memory: Path) -> None:
    """B17, of equal content. Of different content: `test_a_number_of_two_patients_blocks`, and below."""
    lab = _with_twice(memory, person("Ana"), person("Ana"))
    with lab.open(look=True) as migration:
        assert migration.staging.folded() == {"people": 1}


def test_one_key_with_two_contents_stops_for_a_decision(memory: Path) -> None:
    """B17, of different content."""
    with pytest.raises(ApprovalMissing) as caught:
        _with_twice(memory, person("Ana"), person("Eva"))
    assert "blocking" in caught.value.message and caught.value.next_step


def _with_twice(memory: Path, one: dict[str, str], other: dict[str, str]) -> Lab:
    class Twice(dict[str, Any]):
        def items(self) -> Any:
            return [("p1", one), ("p1", other)]

    shutil.rmtree(memory / "twice", ignore_errors=True)
    return prepared(memory / "twice", World(people=Twice(p1=one)))


def test_children_of_nobody_are_told_and_circles_are_closed_in_a_second_pass(lab_of: Callable[..., Lab]) -> None:
    """B18."""
    people = {"a": person("A", guardian="b"), "b": person("B", guardian="a"), "c": person("C", guardian="c")}
    lab = lab_of(people, {"v1": {"person": "nobody", "what": "Orphan"}, "v2": {"person": "a", "what": "Visit"}})
    lab.run("load")
    accounted_for(lab)
    known(lab)
    rows_ = {row.values["name"]: row for row in lab.world.live().values() if row.object == "contact"}
    assert rows_["A"].values["guardian"] == rows_["B"].id
    assert rows_["B"].values["guardian"] == rows_["A"].id
    assert "guardian" not in rows_["C"].values, "nobody is his own guardian"
    with lab.open() as migration:
        warned = [each.warnings for each in survey(migration) if each.rule == "people"]
    assert warned == [{"guardian: the record would point to itself": 1}]
    assert [row.values["title"] for row in lab.world.live().values() if row.object == "event"] == ["Visit"]


def test_three_spellings_of_a_provider_are_one_and_a_doubtful_one_is_nobodys() -> None:
    """B19: what fits several, or nobody, goes to the fallback that a person chose in owners.csv."""
    members: list[Any] = [{"firstName": "Ana", "lastName": "Ruiz"}, {"firstName": "Bea", "lastName": "Ruiz"}]

    def fits(text: str) -> list[str]:
        return [each["firstName"] for each in members if provider_key(text) in provider_forms(each)]

    assert [fits(text) for text in ("Ruiz, Ana", "Dr. Ana Ruiz, DDS", "ARuiz")] == [["Ana"]] * 3
    assert fits("Dr Ruiz") == ["Ana", "Bea"] and fits("Dr Locum") == []


def test_an_export_that_ends_in_the_middle_of_a_record_is_incomplete() -> None:
    """B20. That the number of rows disagrees: `test_the_number_of_rows_disagrees`."""
    with pytest.raises(BadInput, match="middle of a record") as caught:
        list(read_ndjson(io.BytesIO(b'{"id":"1"}\n{"id":"2"'), "patients.ndjson"))
    assert caught.value.cause == "incomplete"


# ------------------------------------------------------------------------------------------ archives


@pytest.mark.parametrize("name", ["../../x", "/abs", "C:\\x", "aux.txt", "trailing."])
def test_a_name_that_leads_elsewhere_refuses_the_archive(tmp_path: Path, name: str) -> None:
    """B21. Links and twins: `test_archive`."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(BadInput) as caught:
        Archive.at(path)
    assert caught.value.cause == "unsafe_name"


def test_an_archive_that_unfolds_without_end_is_stopped(tmp_path: Path) -> None:
    """B22."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("patients.ndjson", b"0" * (50 << 20))
    with (
        pytest.raises(BadInput) as caught,
        Archive.at(path, Limits()) as opened,
        opened.open("patients.ndjson") as stream,
    ):
        while stream.read(1 << 20):
            pass
    assert caught.value.cause == "too_large"


def test_a_tar_file_is_not_opened(tmp_path: Path) -> None:
    """B23: the formats an export comes in are a folder and a zip file."""
    path = tmp_path / "export.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("../x"))
    with pytest.raises(BadInput, match="neither a folder nor a readable zip file"):
        Archive.at(path)


def test_no_xml_of_an_export_is_ever_parsed() -> None:
    """B24: no part of the product reads XML by itself; workbooks are read by a library that expands no entities."""
    root = Path(reports.__file__).parents[4]
    readers = ("xml.etree", "xml.dom", "xml.parsers", "make_parser", "lxml", "expat")
    for path in [
        *root.glob("core/src/**/*.py"),
        *root.glob("connectors-*/src/**/*.py"),
        *root.glob("plugins/*/src/**/*.py"),
    ]:
        assert not any(reader in path.read_text("utf-8") for reader in readers), path
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
        archive.writestr("xl/workbook.xml", bomb)
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(Exception, match=r"(?i)workbook|xml|file|zip|not"):
        CalamineWorkbook.from_filelike(io.BytesIO(book.getvalue())).get_sheet_by_index(0)


@pytest.mark.parametrize("name", ["../../.ssh/id", "CON", "a" * 300, "a.pdf\0.exe"])
def test_a_document_never_gets_a_path_from_its_name(name: str) -> None:
    """B25. What it is called in the destination: `test_a_document_is_uploaded_to_its_person_byte_by_byte`."""
    with pytest.raises(BadInput):
        safe_name(name)


# ------------------------------------------------------------------------------------------ reports

FORMULAS = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    """B26."""
    [cell] = _cells(tmp_path, text)
    assert cell == visible(text, keep="\n\t")
    assert safe_cell(text)[0] in "'\\"
    assert plain_cell(safe_cell("=1+1")) == "=1+1"


def test_a_cell_of_40_000_characters_is_cut_with_a_mark(tmp_path: Path) -> None:
    """B27."""
    [cell] = _cells(tmp_path, "x" * 40_000)
    assert len(cell) == LONGEST and cell.endswith(CUT)


def test_control_characters_in_a_cell_are_shown(tmp_path: Path) -> None:
    """B28."""
    assert _cells(tmp_path, "a\x00b\x1bc") == ["a\\x00b\\x1bc"]


def _cells(tmp_path: Path, text: str) -> list[str]:
    reports.workbook(tmp_path / "book.xlsx", [Sheet("Data", ("A",), [(text,)])])
    sheet = CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")).get_sheet_by_name("Data")
    return [str(cell) for cell in sheet.to_python(skip_empty_area=False)[1]]


HOSTILE = ["<script>alert(1)</script>", "{{7*7}}", "${x}", "%s", "[bold]x[/bold]"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_patient_with_a_hostile_name_is_shown_literally(name: str) -> None:
    """B29."""
    told = Result(stage="status", state="stopped", message=f"About {name}.").as_json()
    page = reports.html(told)
    assert "<script>" not in page and "49" not in page.replace("249", "")
    shown = Console(file=io.StringIO(), width=200)
    render(told, shown)
    assert name in shown.file.getvalue()


def test_a_name_cannot_command_the_terminal() -> None:
    """B30."""
    shown = Console(file=io.StringIO(), width=200, force_terminal=True)
    render(Result(stage="status", state="stopped", message="Dr. \x1b]0;title\x07 Evil.").as_json(), shown)
    assert "\x1b]0;" not in shown.file.getvalue()


# ------------------------------------------------------------------------------------------ what people configure


@pytest.mark.parametrize(
    "text",
    [
        "rules: !!python/object:os.system {}",
        "a: &x [1]\nb: *x",
        "rules: {}\nrules: {}",
    ],
)
def test_yaml_that_does_more_than_hold_data_is_refused_with_its_line(text: str) -> None:
    """B31."""
    with pytest.raises(MappingError) as caught:
        read_yaml("mapping.yaml", text)
    assert "mapping.yaml:" in str(caught.value) or caught.value.problems


def test_yaml_words_are_texts() -> None:
    """B31: `NO` is Norway, `0123` keeps its zero."""
    assert read_yaml("mapping.yaml", "a: NO\nb: 0123").data == {"a": "NO", "b": "0123"}


@pytest.mark.parametrize("attack", ["().__class__", "9**9**9", "'x'*10**9", "{0.__class__}"])
def test_an_expression_is_a_text_or_a_path_and_is_never_computed(attack: str) -> None:
    """B32."""
    assert parse_template("{first}!").fill([attack]) == f"{attack}!"
    if "{" not in attack:
        assert parse_template("{" + attack + "}").names == (attack,)


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.pipedrive.com", "file:///etc/passwd", "http://169.254.169.254/", "https://localhost@evil.example",
        "https://user:secret@acme.pipedrive.com", "https://acme.pipedrive.com.", "https://аcme.pipedrive.com",
        "https://evil.example",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plainly_the_service_is_refused(url: str) -> None:
    """B33."""
    with pytest.raises(SettingsError) as caught:
        Origin(url, ("pipedrive.com",))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("link", ["https://evil.example/next", "http://acme.pipedrive.com/next", "//evil.example/x"])
def test_a_link_that_leads_elsewhere_is_not_followed(link: str) -> None:
    """B34."""
    with pytest.raises(StopRun):
        Origin("https://acme.pipedrive.com/api", ("pipedrive.com",)).url(link)


# ------------------------------------------------------------------------------------------ what services answer


def client(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> ApiClient:
    """A client whose network is a function; every operation may be sent once."""

    class Ledger:
        def may_send(self, op: int, /) -> bool:
            return True

        def mark_sent(self, ops: Any, /) -> None:
            pass

    return ApiClient(
        Service(base_url="http://127.0.0.1:9"),
        ledger=Ledger(),
        budgets=MemoryBudgetStore(),
        clock=FakeClock(),
        transport=httpx.MockTransport(handler),
        **options,
    )


def operation() -> Operation:
    return Operation(number=1, verb=Verb.CREATE, object="contact", marker="m", client_id=UUID(int=1), body={})


def test_pages_that_repeat_a_cursor_end_the_run() -> None:
    """B35."""
    api = client(lambda request: httpx.Response(200, json={"next": "same"}))
    with pytest.raises(StopRun, match="do not end"):
        for _ in api.pages("/rows", {}, lambda answer: {"cursor": answer.json["next"]}):
            pass


def test_fewer_rows_than_declared_are_told_as_incomplete(tmp_path: Path) -> None:
    """B36."""
    folder = little_practice(2).write(tmp_path / "export")
    manifest = folder / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"rows": 2', '"rows": 100', 1), "utf-8")
    assert manifest.read_text("utf-8") != text
    with pytest.raises(BadInput, match="100") as caught:
        Sensei(SenseiSettings(path=folder)).describe_source()
    assert caught.value.cause == "incomplete"


def test_a_run_goes_on_only_with_what_was_approved_and_where_it_began(lab_of: Callable[..., Lab]) -> None:
    """B37: a changed mapping, another account."""
    lab = lab_of({"a": person("A")})
    override = lab.folder / "mapping.yaml"
    override.write_text('rules:\n  people:\n    fields:\n      city: {text: "{city}!"}\n', "utf-8")
    with pytest.raises(ApprovalMissing, match="changed since it was approved"):
        lab.run("load")
    override.unlink()
    answer = World.answer

    def other(self: World, method: str, path: str, body: Any) -> tuple[int, Any]:
        return (200, {"id": "acc-2", "name": "Other"}) if path == "/account" else answer(self, method, path, body)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(World, "answer", other)
        with pytest.raises(UsageError) as caught:
            lab.run("load")
    assert caught.value.cause == "other_account"
    assert lab.run("load").state == "done"


def test_an_answer_that_unpacks_without_end_leaves_a_write_in_doubt() -> None:
    """B38. Drips, headers without end and deadlines: `test_wire`."""
    bomb = gzip.compress(b"[" + b" " * (50 << 20) + b"]")

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            yield bomb

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, headers={"content-encoding": "gzip"}, stream=Stream())

    with pytest.raises(InDoubt):
        client(answer, max_body=1 << 20).send("POST", "/rows", json={}, for_=operation())


def test_a_login_page_is_no_answer() -> None:
    """B39: in doubt for a write, an error for a read."""
    page = httpx.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"})
    with pytest.raises(InDoubt):
        client(lambda request: page).send("POST", "/rows", json={}, for_=operation())
    with pytest.raises(StopRun):
        _ = client(lambda request: page).get("/rows").json


def _book(*fields: TargetField) -> FieldBook:
    person_ = TargetObject(name="person", label="Person", fields=fields)
    return FieldBook(DestinationSchema(account="a", account_label="A", objects=(person_,)), ())


@pytest.mark.parametrize("value", ["Silver", "gold", "Gold "])
def test_a_choice_the_destination_does_not_have_is_refused_and_never_made(value: str) -> None:
    """B40."""
    options = (Option(key="1", label="Gold"),)
    book = _book(TargetField(key="c", label="Class", type=FieldType.CHOICE, options=options))
    assert Resolver(book, {}).resolve("person", {"Class": "Gold"}, NO_PARENTS)[0] == {"c": "1"}
    with pytest.raises(Unresolved, match="not among the options"):
        Resolver(book, {}).resolve("person", {"Class": value}, NO_PARENTS)


def test_twins_stay_two_people(lab_of: Callable[..., Lab]) -> None:
    """B42: equal but for the key. That the audit asks and never joins them by itself: `test_duplicates`."""
    lab = lab_of({"t1": person("Sam Lee", city="Graz"), "t2": person("Sam Lee", city="Graz")})
    lab.run("load")
    made_once(lab.world)
    assert [row.values["name"] for row in lab.world.live().values()] == ["Sam Lee", "Sam Lee"]


def test_a_wish_for_no_messages_is_never_lost() -> None:
    """B43. Minors without an address and guardians: `test_patients`."""
    assert sms_opt_out([{"smsOptOut": False}, {"smsOptOut": True}]) == "Yes"
