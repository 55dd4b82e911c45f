"""The practice's own fields, as ``fieldDefinitions`` declares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from bridgework.model import FieldType, SourceField, SourceRecord
from bridgework_sensei.objects import BY_NAME

PREFIX: Final = "customFields"
_TYPES: Final = {
    "text": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "date": FieldType.DATE,
    "picklist": FieldType.CHOICE,
    "bool": FieldType.BOOLEAN,
}
# Names under which practices keep numbers that a government gave: they stay behind unless somebody says otherwise.
_GOVERNMENT = re.compile(
    r"\bssn\b|\bsocial sec|\bsin\b|\bnational ins|\bnino\b|\bpassport|\bdriver'?s? ?lic|\bgovernment id|\bnational id"
    r"|\btax ?payer|\bitin\b|\bmedicaid\b|\bmedicare\b|\bnhs (no|num)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CustomField:
    """One definition: on which object, under which key, and what it holds."""

    object: str
    name: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the value stands in a row."""
        return f"{PREFIX}.{self.name}"

    def field(self) -> SourceField:
        """As the core sees it."""
        return SourceField(
            name=self.path,
            type=self.type,
            label=self.label,
            options=self.options,
            custom=True,
            sensitivity=self._sensitivity(),
        )

    def _sensitivity(self) -> Literal["", "government_id"]:
        words = re.sub(r"[_\W]+|(?<=[a-z])(?=[A-Z])", " ", f"{self.name} {self.label}")
        return "government_id" if _GOVERNMENT.search(words) else ""


def custom_fields(definitions: Iterable[SourceRecord]) -> Iterator[CustomField]:
    """Usable definitions: those of an object that can have own fields, the first of each name."""
    seen: set[tuple[str, str]] = set()
    for row in definitions:
        owner, name = row.values.get("object"), row.values.get("name")
        layout = BY_NAME.get(str(owner))
        if layout is None or not layout.custom_fields or not isinstance(name, str) or (layout.name, name) in seen:
            continue
        seen.add((layout.name, name))
        options = row.values.get("options")
        texts = tuple(str(option) for option in options if option) if isinstance(options, list) else ()
        yield CustomField(
            object=layout.name,
            name=name,
            label=str(row.values.get("label") or name),
            type=_TYPES.get(str(row.values.get("type")), FieldType.TEXT),
            options=texts,
        )
