"""The list a front desk works through: private, one row per fix, everything about one person together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridgework.model import SourceObject
from bridgework.stages.audit.result import AuditResult, Noted
from bridgework.stages.audit.spreadsheet import csv_text

if TYPE_CHECKING:
    from bridgework.staging import Row, Staging

COLUMNS: Final = ("number", "name", "what to fix", "where", "what was found", "severity", "finding")
_DEPTH: Final = 2  # a plan's item names its plan, the plan its patient


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a finding is about, as a front desk looks people up; both may be empty."""

    number: str = ""
    name: str = ""


def checklist_rows(audit: AuditResult, staging: Staging) -> list[tuple[str, ...]]:
    """Rows of the checklist, sorted by person; findings about nobody in particular come last."""
    people = _People(staging)
    lines = [(people.subject(each.finding.object, each.finding.key), each) for each in audit.findings]
    lines.sort(key=lambda line: (not line[0].number, line[0].number.zfill(12), line[0].name))
    return [_row(subject, each) for subject, each in lines]


def checklist_csv(audit: AuditResult, staging: Staging) -> str:
    """The text of the checklist file."""
    return csv_text(COLUMNS, checklist_rows(audit, staging))


def _row(subject: Subject, noted: Noted) -> tuple[str, ...]:
    finding = noted.finding
    key = "" if not finding.key else f" {finding.key}"
    where = f"{finding.object}{key}" + (f", {finding.field}" if finding.field else "")
    what = finding.summary + (f" ({finding.evidence})" if finding.evidence else "")
    return (subject.number, subject.name, finding.action, where, what, str(finding.severity), noted.id)


class _People:
    """Finds the person of a row by following references.

    A person's object is one with concepts that end in `.number` and in `.last_name` or `.name`; the words before the
    dot are the trade's and do not matter here.
    """

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._objects = {each.name: each for each in staging.objects() if not each.absent}
        self._named = {name: named for name, each in self._objects.items() if (named := _naming(each))}
        self._last: tuple[str, str, Subject] = ("", "", Subject())

    def subject(self, object_name: str, key: str) -> Subject:
        """Number and name, or an empty subject."""
        if self._last[:2] == (object_name, key):
            return self._last[2]
        row = self._staging.row(object_name, key) if key and object_name in self._objects else None
        found = self._of(object_name, row, _DEPTH) if row is not None else None
        subject = found or Subject()
        self._last = (object_name, key, subject)
        return subject

    def _of(self, object_name: str, row: Row, depth: int) -> Subject | None:
        if object_name in self._named:
            number, names = self._named[object_name]
            name = " ".join(str(part) for path in names if (part := row.get(path)))
            return Subject(str(row.get(number) or ""), name)
        if depth == 0:
            return None
        for reference in self._objects[object_name].references:
            value = row.get(reference.field)
            if not isinstance(value, str) or reference.object not in self._objects:
                continue
            parent = self._parent(reference.object, reference.to, value)
            found = self._of(reference.object, parent, depth - 1) if parent is not None else None
            if found is not None:
                return found
            if parent is None and reference.object in self._named and reference.to:
                return Subject(value)
        return None

    def _parent(self, object_name: str, to: str, value: str) -> Row | None:
        if not to:
            return self._staging.row(object_name, value)
        rows = self._staging.by_field(object_name, to, value)
        return rows[0] if len(rows) == 1 else None


def _naming(source: SourceObject) -> tuple[str, tuple[str, ...]] | None:
    concepts = {field.concept: field.name for field in source.fields if field.concept}
    number = next((name for concept, name in concepts.items() if concept.endswith(".number")), "")
    parts = [concepts[concept] for concept in concepts if concept.endswith((".first_name", ".last_name"))]
    whole = [name for concept, name in concepts.items() if concept.endswith(".name")]
    names = tuple(parts or whole)
    return (number, names) if number and names else None
