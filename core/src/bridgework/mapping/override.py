"""Edits of a workbook as changes of the migration's own mapping file; its comments stay."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from bridgework.mapping.loading import document, nearest
from bridgework.mapping.plan import Plan
from bridgework.mapping.workbook import (
    ARCHIVE,
    ARROW,
    DROP,
    NOTHING,
    RULES,
    SOURCE_FIELDS,
    Edit,
    dispositions_of,
    rule_of,
)
from bridgework.model import FieldType

_TABLE = {DROP: "drop", ARCHIVE: "archive_fields"}
_HEADER = "# The migration's own mapping: what it says replaces what the pair says, rule by rule and field by field.\n"


def override_text(plan: Plan, present: str, edits: Sequence[Edit]) -> str:
    """The new text of mapping.yaml. `present` is its text now, empty if there is none.

    BadInput, naming sheet and row, for a cell that is not understood.
    """
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 110
    data = yaml.load(present) if present.strip() else None
    if not isinstance(data, dict):
        data, present = CommentedMap(), ""
    rules = _table(data, "rules")
    merged = document(plan.mapping.texts).get("rules", {})
    for row in _by_row(edits):
        _apply(plan, rules, merged, row)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue() if present else _HEADER + out.getvalue()


def _by_row(edits: Sequence[Edit]) -> list[list[Edit]]:
    rows: dict[tuple[str, int], list[Edit]] = {}
    for edit in edits:
        rows.setdefault((edit.sheet.name, edit.number), []).append(edit)
    return list(rows.values())


def _table(data: Any, name: str) -> Any:
    if not isinstance(data.get(name), dict):
        data[name] = CommentedMap()
    return data[name]


def _apply(plan: Plan, rules: Any, merged: Mapping[str, Any], row: Sequence[Edit]) -> None:
    first = row[0]
    if first.sheet.name == RULES and not first.sheet.rule:
        _reason(plan, rules, merged, first)
    elif first.sheet.name == SOURCE_FIELDS and not first.sheet.rule:
        _decision(plan, rules, first)
    else:
        _field(plan, rules, merged, row)


# ------------------------------------------------------------------------------------------ rules and source fields


def _reason(plan: Plan, rules: Any, merged: Mapping[str, Any], edit: Edit) -> None:
    name = edit.row["Rule"]
    word = dispositions_of(plan.rules[name])
    if not word:
        raise edit.refuse("only rules that archive, export, refer or ask to rebuild give a reason")
    if not edit.after:
        raise edit.refuse("a reason is needed")
    said = merged[name][word]
    _table(rules, name)[word] = edit.after if isinstance(said, str) else {**said, "reason": edit.after}


def _decision(plan: Plan, rules: Any, edit: Edit) -> None:
    field, word, reason = edit.row["Field"], edit.row["Decision"].casefold(), edit.row["Reason"]
    before, rule = rule_of(plan, edit)
    if not before and edit.row["State"] != "unaccounted":
        raise edit.refuse("something is done with this field already; change mapping.yaml instead")
    if word not in (DROP, ARCHIVE):
        raise edit.refuse(f"the decision must be {DROP} or {ARCHIVE}")
    if not reason:
        raise edit.refuse("a reason is needed")
    if not before:
        rule = next(
            (each.name for each in plan.rules.values() if each.object == edit.row["Object"] and each.kind != "export"),
            "",
        )
        if not rule:
            raise edit.refuse("no rule takes rows of this object; add one in mapping.yaml")
    elif before != word:
        _table(_table(rules, rule), _TABLE[before])[field] = None
    _table(_table(rules, rule), _TABLE[word])[field] = reason


# ------------------------------------------------------------------------------------------ fields


def _field(plan: Plan, rules: Any, merged: Mapping[str, Any], row: Sequence[Edit]) -> None:
    first = row[0]
    rule = first.sheet.rule
    label = _as_written(plan, rule, first.row["Field"])
    if first.new:
        spec = _new_field(plan, first)
    else:
        raw = merged[rule].get("fields", {}).get(label)
        if raw is None:
            raise first.refuse("this is a field of the practice's own; give it a line in mapping.yaml to change it")
        spec = {"from": raw} if isinstance(raw, str) else deepcopy(raw)
        for edit in row:
            _cell(plan, spec, edit)
    _table(_table(rules, rule), "fields")[label] = spec


def _as_written(plan: Plan, rule: str, shown: str) -> str:
    """The label of a field as the mapping says it, where the destination shows another one."""
    renamed = (each for each in plan.renamed if (each.rule, each.field, each.shown) == (rule, "", shown))
    return next((each.label for each in renamed), shown)


def _new_field(plan: Plan, edit: Edit) -> dict[str, Any]:
    cells = edit.row
    if bool(cells["From"]) == bool(cells["Constant"]):
        raise edit.refuse("a new field needs From or Constant")
    if cells["Comes from"] or cells["Goes to"] or cells["Sensitive"]:
        raise edit.refuse("in a new row, Comes from, Sensitive and Goes to stay empty")
    spec: dict[str, Any] = {"from": cells["From"]} if cells["From"] else {"constant": _scalar(cells["Constant"])}
    for column in ("Transforms", "Values", "Optional", "Reason"):
        if cells[column]:
            _set(plan, spec, edit, column, cells[column])
    if cells["Type"]:
        if cells["Type"] not in set(FieldType):
            raise edit.refuse(f"there is no type {cells['Type']}{nearest(cells['Type'], map(str, FieldType))}")
        spec["type"] = cells["Type"]
    return spec


def _cell(plan: Plan, spec: dict[str, Any], edit: Edit) -> None:
    source = {"From": "from", "Constant": "constant"}.get(edit.column)
    if source is not None:
        if source not in spec:
            raise edit.refuse(f"the value comes from elsewhere ({edit.row['Comes from']}); change mapping.yaml instead")
        if not edit.after:
            raise edit.refuse("something must stand here; to leave the field out, say `field: null` in mapping.yaml")
        spec[source] = _like(spec[source], edit) if source == "constant" else edit.after
        return
    _set(plan, spec, edit, edit.column, edit.after)


def _set(plan: Plan, spec: dict[str, Any], edit: Edit, column: str, text: str) -> None:
    name, value = _SETTERS[column](plan, edit, text)
    if value in ("", [], {}, None):
        spec.pop(name, None)
    else:
        spec[name] = value


def _like(before: Any, edit: Edit) -> Any:
    """A constant of the kind that was there."""
    if isinstance(before, bool):
        if edit.after.casefold() not in ("true", "false"):
            raise edit.refuse("must be true or false")
        return edit.after.casefold() == "true"
    if isinstance(before, int):
        if not edit.after.lstrip("-").isdigit():
            raise edit.refuse("must be a whole number")
        return int(edit.after)
    return edit.after


def _scalar(text: str) -> Any:
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    return int(text) if text.isdigit() and (text == "0" or not text.startswith("0")) and len(text) < 16 else text


def _transforms(plan: Plan, edit: Edit, text: str) -> tuple[str, Any]:
    names = [name for part in text.split(",") if (name := part.strip())]
    for name in names:
        if name not in plan.transforms:
            raise edit.refuse(f"there is no transform {name}{nearest(name, plan.transforms)}")
    return "use", names[0] if len(names) == 1 else names


def _values(_: Plan, edit: Edit, text: str) -> tuple[str, Any]:
    found: dict[str, str | None] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, arrow, to = line.partition(ARROW)
        if not arrow or not name.strip() or not to.strip():
            raise edit.refuse(f"each line reads OLD{ARROW}NEW, or OLD{ARROW}{NOTHING}")
        found[name.strip()] = None if to.strip() == NOTHING else to.strip()
    return "values", found


def _optional(_: Plan, edit: Edit, text: str) -> tuple[str, Any]:
    if text and not (text.isdigit() and int(text) > 0):
        raise edit.refuse("must be empty, or the rank in which the field may be left out (1 first)")
    return "optional", int(text) if text else None


def _why(_: Plan, __: Edit, text: str) -> tuple[str, Any]:
    return "reason", text


_SETTERS = {"Transforms": _transforms, "Values": _values, "Optional": _optional, "Reason": _why}
