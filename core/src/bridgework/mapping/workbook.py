"""The mapping as sheets of text cells, and the differences somebody wrote into them.

One sheet per rule, one list of all rules, one list of all source fields. Some columns can be edited, all others must
come back as they were: a sheet can then never say something that is not understood and silently left aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from bridgework.errors import BadInput
from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.document import DISPOSITIONS, FieldSpec
from bridgework.mapping.plan import Plan
from bridgework.mapping.summary import conditions, describe

RULES, SOURCE_FIELDS = "Rules", "Source fields"
RULE_COLUMNS = ("Sheet", "Rule", "What it is", "From object", "Becomes", "Rows", "Reason")
SOURCE_COLUMNS = ("Object", "Field", "Type", "Sensitive", "State", "Goes to", "Decision", "Reason")
FIELD_COLUMNS = (
    "Field",
    "Comes from",
    "From",
    "Transforms",
    "Constant",
    "Values",
    "Optional",
    "Type",
    "Sensitive",
    "Goes to",
    "Reason",
)
EDITABLE = {
    RULES: frozenset(("Reason",)),
    SOURCE_FIELDS: frozenset(("Decision", "Reason")),
    "": frozenset(("From", "Transforms", "Constant", "Values", "Optional", "Reason")),  # sheets of rules
}
DROP, ARCHIVE = "drop", "archive"
NOTHING = "(nothing)"
ARROW = " = "
_ANEW = "export the workbook anew: bridgework plan --workbook FILE"
_LONGEST_NAME = 31

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet: `rule` is empty for the two lists. `keys` are how many of the first columns name a row."""

    name: str
    columns: Cells
    rows: tuple[Cells, ...]
    rule: str = ""
    keys: int = 1

    def editable(self, column: str) -> bool:
        """Whether people may write there."""
        return column in EDITABLE.get(self.name if not self.rule else "", frozenset())


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that says something else than the mapping. A `new` row has no cell that was there before."""

    sheet: SheetText
    number: int  # row as the spreadsheet program counts
    row: Mapping[str, str]  # the whole row as it came back
    column: str
    before: str
    after: str
    new: bool = False

    @property
    def place(self) -> str:
        """For messages."""
        return f"Sheet {self.sheet.name}, row {self.number}, {self.column}"

    def refuse(self, reason: str) -> BadInput:
        """The error for a cell that cannot be taken."""
        return BadInput(f"{self.place}: {reason}.", next_step="correct the cell, then take the workbook again")


# ------------------------------------------------------------------------------------------ out


def sheets(plan: Plan) -> tuple[SheetText, ...]:
    """The whole mapping: the list of rules, the list of source fields, one sheet per rule that writes or exports."""
    names = _sheet_names([rule.name for rule in plan.rules.values() if rule.fields])
    rules = [_rule_cells(rule, names.get(rule.name, "")) for rule in plan.rules.values()]
    fields = [_source_cells(plan, each) for each in range(len(plan.accounts))]
    return (
        SheetText(RULES, RULE_COLUMNS, tuple(rules), keys=2),
        SheetText(SOURCE_FIELDS, SOURCE_COLUMNS, tuple(fields), keys=2),
        *(_rule_sheet(plan, plan.rules[name], sheet) for name, sheet in names.items()),
    )


def fingerprint(made: Sequence[SheetText]) -> str:
    """Names the state of the mapping a workbook was made from."""
    return hashlib.sha256(orjson.dumps([[each.name, each.rows] for each in made])).hexdigest()[:16]


def _sheet_names(rules: Sequence[str]) -> dict[str, str]:
    """Rule → name of its sheet: at most 31 characters, no two alike whatever their case."""
    found: dict[str, str] = {}
    taken = {RULES.casefold(), SOURCE_FIELDS.casefold(), "keys", "how to", "history"}
    for rule in rules:
        plain = "".join("-" if each in "[]:*?/\\'" else each for each in rule)
        name, number = plain[:_LONGEST_NAME], 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: _LONGEST_NAME - 1 - len(str(number))]}~{number}"
        taken.add(name.casefold())
        found[rule] = name
    return found


def _rule_cells(rule: CompiledRule, sheet: str) -> Cells:
    becomes = rule.target if rule.kind == "target" else f"{rule.kind} {rule.target}".strip()
    rows = rule.inactive or conditions(rule.spec.when) or "all"
    return (sheet, rule.name, rule.spec.label, rule.object, becomes, rows, rule.disposition_reason)


def _source_cells(plan: Plan, index: int) -> Cells:
    account = plan.accounts[index]
    field = plan.catalog.field(account.object, account.field)
    decision = _decided(plan, account.object, account.field)
    return (
        account.object,
        account.field,
        str(field.type) if field else "",
        field.sensitivity if field else "",
        account.state,
        "; ".join(account.where),
        decision[0],
        decision[1] if decision[0] else account.reason,
    )


def _decided(plan: Plan, object_name: str, field: str) -> tuple[str, str, str]:
    """(drop or archive, reason, rule) where a rule says so about exactly this field."""
    for rule in plan.rules.values():
        if rule.object == object_name:
            for word, table in ((DROP, rule.spec.drop), (ARCHIVE, rule.spec.archive_fields)):
                if field in table:
                    return word, table[field], rule.name
    return "", "", ""


def _rule_sheet(plan: Plan, rule: CompiledRule, name: str) -> SheetText:
    marked = {(each.rule, each.label): each.sensitivity for each in plan.sensitive}
    rows = tuple(_field_cells(rule, field, marked.get((rule.name, field.label), "")) for field in rule.fields)
    return SheetText(name, FIELD_COLUMNS, rows, rule=rule.name)


def _field_cells(rule: CompiledRule, field: CompiledField, sensitivity: str) -> Cells:
    spec = field.spec
    goes = f"{rule.target}: {field.label}" if rule.kind == "target" else rule.kind
    return (
        field.label,
        f"the practice's own field {describe(spec)}" if field.custom else describe(spec),
        spec.from_ or "",
        ", ".join(spec.use),
        constant_text(spec),
        values_text(spec),
        "" if spec.optional is None else str(spec.optional),
        str(field.type),
        sensitivity,
        goes,
        spec.reason,
    )


def constant_text(spec: FieldSpec) -> str:
    """A constant as a cell holds it."""
    value = spec.constant
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def values_text(spec: FieldSpec) -> str:
    """A value map, one ``from = to`` per line."""
    return "\n".join(f"{name}{ARROW}{NOTHING if to is None else to}" for name, to in spec.values.items())


# ------------------------------------------------------------------------------------------ back


def edits(expected: Sequence[SheetText], found: Mapping[str, Sequence[Sequence[str]]]) -> list[Edit]:
    """What was changed. `found` holds the cells of every sheet, the header among them.

    BadInput, naming sheet and row: a sheet, column or row is missing or unknown, or a cell was changed that is not to
    be edited.
    """
    changed: list[Edit] = []
    for sheet in expected:
        if sheet.name not in found:
            raise BadInput(f"The sheet {sheet.name} is missing.", next_step="export the workbook again")
        changed += _sheet_edits(sheet, found[sheet.name])
    return changed


def _sheet_edits(sheet: SheetText, rows: Sequence[Sequence[str]]) -> Iterator[Edit]:
    head = [cell.strip() for cell in rows[0]] if rows else []
    if sorted(cell for cell in head if cell) != sorted(sheet.columns):
        raise BadInput(f"Sheet {sheet.name}, row 1: the columns are not those that were exported.", next_step=_ANEW)
    known = {row[: sheet.keys]: dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows}
    seen: set[Cells] = set()
    for number, cells in enumerate(rows[1:], start=2):
        row = {name: cells[index].strip() if index < len(cells) else "" for index, name in enumerate(head) if name}
        if not any(row.values()):
            continue
        key = tuple(row[name] for name in sheet.columns[: sheet.keys])
        if key in seen:
            raise BadInput(
                f"Sheet {sheet.name}, row {number}: there are two rows of {' '.join(key)}.",
                next_step="delete one of them",
            )
        seen.add(key)
        yield from _row_edits(sheet, number, row, known.get(key))
    for key in known.keys() - seen:
        raise BadInput(
            f"Sheet {sheet.name}: the row of {' '.join(key)} is missing.",
            next_step="put the row back; to leave a field out, say `field: null` in mapping.yaml",
        )


def _row_edits(
    sheet: SheetText, number: int, row: Mapping[str, str], before: Mapping[str, str] | None
) -> Iterator[Edit]:
    if before is None:
        if not sheet.rule or not row["Field"]:
            raise BadInput(
                f"Sheet {sheet.name}, row {number}: there is no such row in the mapping.", next_step="delete the row"
            )
        yield Edit(sheet, number, row, "Field", "", row["Field"], new=True)
        return
    for column in sheet.columns:
        edit = Edit(sheet, number, row, column, before[column].strip(), row[column])
        if _same(edit.before, edit.after):
            continue
        if not sheet.editable(column):
            raise edit.refuse("this column is not to be edited here; change mapping.yaml instead")
        yield edit


def _same(one: str, other: str) -> bool:
    """Equal apart from the line ends a spreadsheet program may change."""
    return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def rule_of(plan: Plan, edit: Edit) -> tuple[str, str]:
    """(word, rule) that decides about the source field of the edit now; empty words if no rule does."""
    word, _, rule = _decided(plan, edit.row["Object"], edit.row["Field"])
    return word, rule


def dispositions_of(rule: CompiledRule) -> str:
    """The word under which the rule gives its reason; empty for rules that write."""
    return next((name for name in DISPOSITIONS if getattr(rule.spec, name) is not None), "")
