"""The same pages at a terminal and on paper."""

from __future__ import annotations

import io
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab import rl_config
from rich.console import Console

from bridgework import reports
from bridgework.errors import StoreFailure
from bridgework.reports.drawing import is_drawn, said
from bridgework.reports.pages import page_of
from bridgework.reports.sheets import not_drawn
from bridgework.reports.terminal import render

Make = Callable[..., dict[str, Any]]


def printed(result: dict[str, Any], *, width: int = 140) -> str:
    """What the terminal shows."""
    out = io.StringIO()
    render(result, Console(file=out, width=width, force_terminal=False))
    return out.getvalue()


def test_the_terminal_shows_verdict_figures_and_next_step(result: Make, stage: str) -> None:
    values = result(stage)
    page, shown = page_of(values), printed(values, width=400)
    assert page.verdict in shown
    for step in page.steps:
        assert step.command in shown


def test_terminal_escapes_and_markup_are_shown_not_obeyed(result: Make) -> None:
    hostile = "x\x1b]0;owned\x07\x1b[31m [bold]loud[/bold] :smile:\r\nnext"
    shown = printed(result("status", practice=hostile, rules={hostile: {"planned": 1, "rejected": 1}}), width=300)
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\\x1b]0;owned\\x07" in shown
    assert "[bold]loud[/bold] :smile:" in shown
    assert "\\x0d\\x0anext" in shown


def test_every_command_to_type_names_the_folder() -> None:
    told = {"stage": "purge", "state": "failed", "message": "Not delivered.", "next": ""}
    told["next"] = "bridgework deliver, or: bridgework purge --without-delivery"
    out = io.StringIO()
    render(told, Console(file=out, width=140), folder="'a b'")
    assert "bridgework -C 'a b' deliver, or: bridgework -C 'a b' purge --without-delivery" in out.getvalue()


def test_a_command_of_the_shell_is_shown_as_it_is_typed() -> None:
    command = "cd bridgework-trial && pip install -e ."
    shown = printed({"stage": "new", "state": "done", "message": "Made it.", "next": command})
    assert f"Run: {command}" in shown


def test_long_tables_are_cut_at_the_terminal_with_a_count(result: Make) -> None:
    rules = {f"rule-{n}": {"planned": 1, "created": 1} for n in range(60)}
    assert "35 further lines in the report" in printed(result("load", rules=rules))


def test_the_summary_is_a_pdf_for_its_owner_only(result: Make, tmp_path: Path) -> None:
    path = tmp_path / "summary.pdf"
    reports.summary_pdf(path, result("deliver"))
    assert path.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["summary.pdf"]


def test_the_same_summary_gives_the_same_bytes(result: Make, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        reports.summary_pdf(tmp_path / name, result("deliver"))
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_the_summary_says_what_was_moved_what_stayed_and_how_to_go_back(
    result: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    from bridgework.reports import drawing

    original = drawing.said
    monkeypatch.setattr(drawing, "said", lambda *text: said.append(original(*text)) or said[-1])
    reports.summary_pdf(tmp_path / "summary.pdf", result("deliver"))
    whole = "\n".join(said)
    for words in (
        "What was moved",
        "What became of every row",
        "Reconciliation",
        "Money totals",
        "What was not transferred, and where it is",
        "bridgework rollback --preview",
        "2 Apr 2026, 17:40 UTC",
        "For the practice",
        "Signature",
    ):
        assert words in whole


def test_a_summary_of_nothing_can_be_drawn(tmp_path: Path) -> None:
    reports.summary_pdf(tmp_path / "summary.pdf", {})
    assert (tmp_path / "summary.pdf").stat().st_size > 1_000


def test_hostile_and_foreign_text_is_drawn_on_paper(result: Make, tmp_path: Path) -> None:
    text = "<b>Łąka</b> & <para> \u202e \x00 牙科 " + "x" * 3_000
    values = result(
        "deliver", practice=text, not_transferred=[{"what": text, "count": 1, "reason": text, "where": text}]
    )
    reports.summary_pdf(tmp_path / "summary.pdf", values)
    assert (tmp_path / "summary.pdf").stat().st_size > 1_000


def test_paper_in_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreFailure):
        reports.summary_pdf(tmp_path / "nowhere" / "summary.pdf", {})


def test_the_paper_is_a4(result: Make, tmp_path: Path) -> None:
    assert rl_config.defaultPageSize is not None
    reports.summary_pdf(tmp_path / "summary.pdf", result("deliver"))
    assert b"/MediaBox [ 0 0 595.2756 841.8898 ]" in (tmp_path / "summary.pdf").read_bytes()


def test_a_sheet_is_printed_whole_however_long_its_texts_and_tables_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from bridgework.reports import drawing

    said: list[str] = []
    original = drawing.said
    monkeypatch.setattr(drawing, "said", lambda *text: said.append(original(*text)) or said[-1])
    rows = [
        ["2026-01-02", "Crown & bridge <b> " * (300 if number == 7 else 1), f"{number}.00"] for number in range(200)
    ]
    sheet = {"title": "Statement", "lines": ["Zoë"], "columns": ["Date", "What", "Amount"], "figures": [2],
             "rows": rows, "total": ["Balance", "", "9.00"], "note": "For reference only"}  # fmt: skip
    made = reports.sheet_pdf(sheet)
    assert made.startswith(b"%PDF-") and made == reports.sheet_pdf(sheet)
    assert {"Statement", "Zoë", "199.00", "9.00", "For reference only", rows[7][1]} <= set(said)
    assert reports.sheet_pdf({"title": "Nothing"}).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë Núñez – 12 €", "Zoë Núñez – 12 €"),
        ("Wałęsa", "Wałesa"),
        ("e\u0301", "é"),
        ("王小明 Ruiz", "[U+738B U+5C0F U+660E] Ruiz"),
        ("حداد\n😀", "[U+062D U+062F U+0627 U+062F]\n[U+1F600]"),
    ],
)
def test_no_letter_disappears_on_paper(text: str, shown: str) -> None:
    assert said(text) == shown
    assert is_drawn(text) == (said(text) == unicodedata.normalize("NFC", text))


def test_a_sheet_says_where_letters_are_that_it_cannot_print() -> None:
    rows = [["2026-01-02", "王"], ["2026-01-03", "Check"], ["2026-01-04", "حداد"]]
    sheet = {"title": "Ledger", "lines": ["Ana", "小明"], "columns": ["Date", "Text"], "rows": rows}
    assert not_drawn(sheet) == ["line 2 above", "Text (2 rows)"]
    assert not_drawn({**sheet, "lines": ["Ana"], "rows": rows[1:2]}) == []
