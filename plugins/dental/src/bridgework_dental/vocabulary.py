"""The words dental sources share, and a source object seen through them.

An object carries one concept (``patient``), a field carries ``<object concept>.<word>`` (``patient.birth_date``). The
checks ask for concepts only, so any dental source that names its fields with these words is audited.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from bridgework.model import SourceObject, Value

if TYPE_CHECKING:
    from bridgework.staging import Row, Staging

# Object concept: the words the checks read. A source leaves out what it does not have.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "practice": ("name", "time_zone", "tooth_numbering"),
    "location": ("name", "npi", "time_zone", "active"),
    "provider": ("first_name", "last_name", "name", "code", "role", "email", "npi", "active"),
    "referral_source": ("type", "name", "practice_name", "npi"),
    "payer": ("name",),
    "plan": ("name", "payer", "group_number"),
    "lab": ("name",),
    "patient": (
        "number", "status", "first_name", "middle_name", "last_name", "suffix", "preferred_name", "birth_date",
        "gender", "email", "phones", "phone.number", "address", "location", "provider", "guardians", "balance",
    ),
    "guardian": ("patient", "first_name", "last_name", "email", "phones", "phone.number", "address"),
    "policy": (
        "patient", "plan", "coverage", "relationship", "policyholder", "subscriber_id", "effective_date",
        "termination_date", "status",
    ),
    "appointment": (
        "patient", "location", "provider", "provider_name", "start", "time_zone", "status", "procedures",
        "procedure_code", "tooth", "surfaces", "deleted_at",
    ),
    "treatment_plan": (
        "patient", "provider", "provider_name", "status", "presented_date", "fee", "procedures", "procedure_code",
        "tooth", "surfaces", "procedure_fee", "deleted_at",
    ),
    "note": ("patient", "date", "author"),
    "document": ("patient",),
    "ledger_entry": (
        "patient", "patient_number", "patient_name", "number", "posting_date", "service_date", "category",
        "description", "procedure_code", "tooth", "provider", "provider_name", "location_name", "amount",
    ),
    "claim": ("patient", "patient_number", "patient_name", "status", "billed", "paid", "payer_name"),
    "recall": ("patient", "patient_number", "patient_name", "due_date", "cycle", "last_visit", "provider_name"),
}  # fmt: skip


class Table:
    """A source object by the words of its concept."""

    def __init__(self, source: SourceObject, rows: int) -> None:
        self.name = source.name
        self.concept = source.concept
        self.source = source
        self.rows = rows
        prefix = source.concept + "."
        known = [field for field in source.fields if field.concept.startswith(prefix)]
        self._paths = {field.concept.removeprefix(prefix): field.name for field in known}

    def path(self, word: str) -> str:
        """The field's path, or the word itself where the source has no such field."""
        return self._paths.get(word, word)

    def has(self, word: str) -> bool:
        """Whether the source has a field for the word."""
        return word in self._paths

    def get(self, row: Row, word: str) -> Value:
        """The value, None if there is none."""
        path = self._paths.get(word)
        return None if path is None else row.get(path)

    def text(self, row: Row, word: str) -> str:
        """The value as text without blanks around it, empty if there is none."""
        value = self.get(row, word)
        return "" if value is None or isinstance(value, dict | list) else str(value).strip()

    def items(self, row: Row, words: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Entries of a list inside the row (``procedures``), each with the words that its leaves carry.

        A source with one such entry per row, without a list, yields the row itself.
        """
        leaves = {word: self._paths[word] for word in words if word in self._paths}
        if not leaves:
            return
        holder = next(iter(leaves.values())).rpartition(".")[0]
        found = row.get(holder) if holder else None
        if not holder:
            yield {word: row.get(path) for word, path in leaves.items()}
            return
        for entry in found if isinstance(found, list) else [found]:
            if isinstance(entry, dict):
                yield {word: entry.get(path[len(holder) + 1 :]) or None for word, path in leaves.items()}


def tables(staging: Staging, concept: str) -> list[Table]:
    """The objects of a concept that are in the export."""
    return [Table(source, staging.count(source.name)) for source in staging.objects_of(concept) if not source.absent]
