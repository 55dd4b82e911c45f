"""The mapping for people who live in spreadsheets: written as a workbook, read back, differences shown before they
are taken."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from bridgework import reports
from bridgework.errors import BadInput, MappingError
from bridgework.mapping import compile_mapping, load_mapping
from bridgework.mapping.override import override_text
from bridgework.mapping.workbook import Edit, edits, fingerprint, sheets
from bridgework.migration import Migration
from bridgework.project import write_private
from bridgework.reports.spreadsheet import Sheet
from bridgework.results import Result

HOW_TO: Final = "How to"
KEYS: Final = "Keys"
STATE: Final = "State of the mapping"
_ANEW: Final = "export the workbook anew: bridgework plan --workbook FILE"
_LARGEST: Final = 16 * 1024 * 1024
_LARGEST_INSIDE: Final = 256 * 1024 * 1024
_HELP: Final = (
    ("What this is", "The whole mapping: which field of the old system goes where in the new one, and why."),
    ("Sheets", "“Rules” lists all rules, “Source fields” every field of the old system, then one sheet per rule."),
    (KEYS, "The last sheet shows the keys of the new system. It is not read back."),
    ("What you may edit", "On a rule's sheet: From, Transforms, Constant, Values, Optional, Reason."),
    ("", "On “Rules”: Reason. On “Source fields”: Decision (drop or archive) and Reason."),
    ("New field", "Add a row to a rule's sheet: Field, and From or Constant; Type if it is not plain text."),
    ("From", "The name of a field of the old system; a dot follows a reference: primaryProviderId.lastName."),
    ("Transforms", "Names of transforms, separated by commas; they work one after the other."),
    ("Values", "One translation per line: OLD = NEW. OLD = (nothing) leaves the field empty. Others stay as they are."),
    ("Optional", "Empty, or the rank in which the field may be left out if the plan has no room (1 goes first)."),
    ("Everything else", "Do not delete rows or rename sheets and columns. Sorting, filtering and colours do no harm."),
    ("When you are done", "bridgework plan --take FILE shows what you changed; with --yes it is taken."),
    ("After that", "Run bridgework plan, and approve the mapping again."),
)


def export_workbook(migration: Migration, path: Path) -> Result:
    """Write the compiled mapping as .xlsx."""
    made = sheets(migration.plan)
    how = Sheet(HOW_TO, ("Topic", "What to do"), (*_HELP, (STATE, fingerprint(made))))
    pages = [Sheet(each.name, each.columns, each.rows) for each in made]
    reports.workbook(path, [how, *pages, Sheet(KEYS, ("Of", "Kind", "Name", "In", "Key", "Options"), _keys(migration))])
    return migration.finished(
        "workbook",
        data={"file": str(path), "sheets": len(pages) + 2},
        message=f"Wrote {path}.",
        next_=f"bridgework plan --take {path}",
        report="",
    )


def _keys(migration: Migration) -> Iterator[tuple[str, ...]]:
    for each in migration.journal.receipts():
        options = "; ".join(f"{name} = {key}" for name, key in each.options.items())
        yield each.object, each.kind, each.name, each.under or each.field, each.key, options


def take_workbook(migration: Migration, path: Path, *, yes: bool = False) -> Result:
    """Read a workbook back and show what it changes; with `yes`, write the changes into mapping.yaml.

    BadInput, naming sheet and row, for anything that is not understood; nothing is written then.
    """
    plan, file = migration.plan, migration.project.mapping_file
    made = sheets(plan)
    found = read_cells(migration.project.typed(path))
    _check_state(found, fingerprint(made))
    changed = edits(made, found)
    lines = [_line(edit) for edit in changed]
    if changed:
        present = file.read_text("utf-8") if file.exists() else ""
        text = override_text(plan, present, changed)
        _compile(migration, text, changed)
        if yes:
            write_private(file, text.encode())
            migration.forget_mapping()
            migration.journal.event("mapping_edited", changes=len(changed), mapping=migration.plan.content_hash)
    taken = yes and bool(changed)
    differ = "1 cell differs" if len(changed) == 1 else f"{len(changed)} cells differ"
    message = f"{differ} from the mapping{'; they are in mapping.yaml now' if taken else ''}."
    return migration.finished(
        "workbook",
        data={"changes": lines, "taken": taken},
        differences=bool(changed) and not yes,
        message=message if changed else "The workbook says what the mapping says.",
        next_="bridgework plan" if taken or not changed else f"bridgework plan --take {path} --yes",
        report="",
    )


def _line(edit: Edit) -> dict[str, Any]:
    row = " ".join(edit.row[name] for name in edit.sheet.columns[: edit.sheet.keys])
    return {
        "sheet": edit.sheet.name,
        "row": edit.number,
        "of": row,
        "column": edit.column,
        "before": "" if edit.new else edit.before,
        "after": "a new field" if edit.new else edit.after,
    }


def _compile(migration: Migration, text: str, changed: Sequence[Edit]) -> None:
    """The mapping with the changes must hold before anything is written. An error names the cell that caused it."""
    name = migration.project.mapping_file.name
    texts = [*migration.mapping.pair_texts, (name, text)]
    try:
        compile_mapping(
            load_mapping(texts),
            migration.staging.description,
            settings=migration.mapping.settings,
            transforms=migration.hooks.transforms().values(),
            decisions=migration.mapping.decisions,
            hints=migration.hooks.load_order(()),
        )
    except MappingError as error:
        problem = error.problems[0] if error.problems else error.message
        for edit in changed:
            if edit.sheet.rule and f"rules.{edit.sheet.rule}.fields.{edit.row['Field']}" in problem:
                raise edit.refuse(problem.rpartition(f"{edit.row['Field']}")[2].lstrip(".: ")) from None
        raise BadInput(
            f"With these changes the mapping does not hold: {problem}.",
            next_step="correct the workbook, then read it again",
        ) from None


def _check_state(found: Mapping[str, Sequence[Sequence[str]]], present: str) -> None:
    said = {row[0].strip(): row[1].strip() for row in found.get(HOW_TO, ()) if len(row) > 1}
    if STATE not in said:
        raise BadInput(f"Sheet {HOW_TO}: the row “{STATE}” is missing.", next_step="export the workbook again")
    if said[STATE] != present:
        raise BadInput(
            "The mapping has changed since this workbook was exported.",
            next_step="bridgework plan --workbook FILE, and make the changes there",
            cause="stale_workbook",
        )


# ------------------------------------------------------------------------------------------ reading


def read_cells(path: Path) -> dict[str, list[list[str]]]:
    """All cells of an .xlsx file as texts, by sheet. BadInput: no such file, too large, or no workbook."""
    from python_calamine import CalamineError, CalamineWorkbook, ZipError

    _check_file(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return {
                name: [
                    [_text(cell) for cell in row]
                    for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ]
                for name in book.sheet_names
            }
    except (CalamineError, ZipError, OSError, ValueError):
        raise BadInput(f"{path.name} is no workbook that can be read.", next_step="save it as .xlsx") from None


def _check_file(path: Path) -> None:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path.name} is larger than {_LARGEST // 1024 // 1024} MB.", next_step=_ANEW)
        with zipfile.ZipFile(path) as archive:
            inside = sum(each.file_size for each in archive.infolist())
    except (OSError, zipfile.BadZipFile):
        raise BadInput(f"{path.name} is no workbook that can be read.", next_step="save it as .xlsx") from None
    if inside > _LARGEST_INSIDE:
        raise BadInput(
            f"{path.name} unpacks to more than {_LARGEST_INSIDE // 1024 // 1024} MB.",
            next_step=_ANEW,
            cause="too_large",
        )


def _text(cell: Any) -> str:
    """A cell as the text a person sees; spreadsheet programs turn some texts into numbers and words into yes and no."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
