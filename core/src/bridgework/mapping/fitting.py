"""Texts too long for their fields: cut where everybody sees it, and kept whole elsewhere. None costs its record."""

from __future__ import annotations

from collections.abc import Iterable

from bridgework.mapping.compiled import CompiledField, CompiledRule
from bridgework.mapping.document import ARCHIVE
from bridgework.mapping.scope import Scope
from bridgework.model import Body


def fit(
    rule: CompiledRule, scope: Scope, body: Body, deferred: Body, suspects: Iterable[CompiledField]
) -> dict[str, str]:
    """Shorten what is too long in a record; gives the whole texts that only the archive has room for, by label.

    A line of text may flow over into a long text of the record's body, so those come last.
    """
    archived: dict[str, str] = {}
    long: dict[str, CompiledField] = {}
    for field in suspects:
        if not field.one_line:
            long[field.label] = field
        elif whole := _cut(field, scope, deferred if field.label in deferred else body):
            if field.overflow == ARCHIVE:
                archived[field.label] = whole
            else:
                into = next(each for each in rule.fields if each.label == field.overflow)
                body[into.label] = "\n".join(
                    [*filter(None, [body.get(into.label)]), f"{field.label.capitalize()}: {whole}"]
                )
                long[into.label] = into
    for field in long.values():
        if whole := _cut(field, scope, deferred if field.label in deferred else body):
            archived[field.label] = whole
    return archived


def _cut(field: CompiledField, scope: Scope, values: Body) -> str:
    """Shorten the field's text if it is too long: the whole text, else nothing."""
    longest, whole = field.longest(scope.session.around.lengths), str(values[field.label])
    if longest is None or len(whole) <= longest:
        return ""
    scope.warn(f"{field.label}: longer than {longest} characters, ends with … and stands whole in {field.kept_in}")
    values[field.label] = f"{whole[: longest - 1].rstrip()}…"
    return whole
