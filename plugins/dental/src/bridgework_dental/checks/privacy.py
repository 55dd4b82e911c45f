"""PHI-01: identity and card numbers in free text and in fields of the practice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from bridgework.model import FieldType, Finding, Value
from bridgework_dental.catalogue import found
from bridgework_dental.checks.gathering import Check
from bridgework_dental.checks.providers import luhn_valid
from bridgework_dental.scene import Scene
from bridgework_dental.vocabulary import Table

if TYPE_CHECKING:
    from bridgework.staging import Row

_SSN: Final = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])")
_NAMED_SSN: Final = re.compile(
    r"\b(?:ssn|ss#|soc(?:ial)?\.?\s*sec(?:urity)?)\D{0,12}(?!000|666|9\d\d)\d{3}(?!00)\d{2}(?!0000)\d{4}\b",
    re.IGNORECASE,
)
_CARD: Final = re.compile(
    r"(?<![\w.-])(?:[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})(?![\w-])"
)
_LICENCE: Final = re.compile(
    r"\b(?:driver'?s?\s+licen[cs]e|passport|dl)\s*(?:no\.?|number|#|:)\s*[A-Z]{0,2}\d{6,12}\b", re.IGNORECASE
)
_SSN_FIELD: Final = re.compile(
    r"(?:^|[._ ])(?:ssn|social_?security|sin|national_?id|tax_?payer_?id)(?:$|[._ ])", re.IGNORECASE
)
_NINE: Final = re.compile(r"\D*(?:\d\D?){9}\D*")
_DIGIT: Final = re.compile(r"\d")
# Numbers that belong where they stand.
_EXPECTED: Final = frozenset(
    {"id", "procedure_id", "number", "npi", "tax_id", "subscriber_id", "phone", "phones", "phone.number",
     "account_number", "sha256", "path", "file", "group_number", "taxonomy", "patient", "patient_number", "provider",
     "location", "plan", "payer",
     "guardian", "referral_source", "merged_into", "converted_from", "lab", "start", "date", "created_at", "updated_at"}
)  # fmt: skip
_NEVER: Final = frozenset({FieldType.DATE, FieldType.TIME, FieldType.INSTANT, FieldType.LOCAL_INSTANT, FieldType.MONEY,
                           FieldType.NUMBER, FieldType.INTEGER, FieldType.BOOLEAN, FieldType.REFERENCE,
                           FieldType.PHONE, FieldType.PHONES})  # fmt: skip


class Privacy(Check):
    """Every text of every row; `concepts` is empty, which means all."""

    concepts: frozenset[str] = frozenset()

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._passed: dict[str, frozenset[str]] = {}  # by table: fields that cannot hold such a number

    def row(self, table: Table, row: Row) -> Iterable[Finding]:
        """One finding per field of a row."""
        passed = self._passed.get(table.name)
        if passed is None:
            passed = self._passed[table.name] = _passed(table)
        told: set[str] = set()
        for path, text in _texts(row.values, "", passed):
            kind = identity_number(text, path)
            if kind and path not in told:
                told.add(path)
                yield found("PHI-01", table.name, row.key, kind, field=path, rows=table.rows)


def _passed(table: Table) -> frozenset[str]:
    prefix = table.concept + "."
    return frozenset(
        field.name
        for field in table.source.fields
        if field.type in _NEVER or field.concept.removeprefix(prefix) in _EXPECTED
    )


def identity_number(text: str, field: str = "") -> str:
    """Which kind of number a text holds, in words; empty if none.

    A field whose name says what it is needs no separators in its number.
    """
    if len(text) < 9 or not _DIGIT.search(text):
        return ""
    if _SSN.search(text) or _NAMED_SSN.search(text):
        return "social security number"
    if _SSN_FIELD.search(field) and _NINE.fullmatch(text):
        return "social security number"
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 13 <= len(digits) <= 19 and luhn_valid(digits):
            return "card number"
    return "number of an identity document" if _LICENCE.search(text) else ""


def _texts(value: Value, path: str, passed: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, part in value.items():
            where = f"{path}.{name}" if path else name
            if part and where not in passed and isinstance(part, str | dict | list):
                yield from _texts(part, where, passed)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, path, passed)
