"""The words of the reports, explained once for people who did not build this."""

from __future__ import annotations

from typing import Final

TERMS: Final[dict[str, str]] = {
    "row": "One entry of the old system as it was exported: a patient, an appointment, a payment.",
    "record": "One entry of the new system: a person, a deal, an activity.",
    "rule": "One named entry of the mapping. It says which rows become which records, and field by field how.",
    "gate": "A point at which a named person must approve before the migration goes on.",
    "finding": "A defect of one row, with a number of its own that stays the same in every check.",
    "fate": "What became of a row. Every row has exactly one fate, so the figures of a line always add up.",
    "sample": "A few hundred records that are written first, for real, and compared field by field.",
    "lost": "A value was sent and the field is empty in the new system.",
    "wrong": "A value was sent and another one is stored.",
    "normalised": "The same value in the new system's own form, for example an e-mail address in small letters.",
    "in doubt": "The answer to a write was lost. Before anything is sent again, the destination is asked what arrived.",
    "merged": "The row's values live in the record of another row, for example a payment in its patient's balance.",
    "archived": "The row is kept in the archive of the package because the new system has no place for it.",
    "left out": "A condition of the mapping left the row out; the reason is listed.",
    "delta": "A second, smaller run that brings over what changed in the old system since the export.",
    "allowance": "How many calls the new system accepts in a time span; the migration keeps within it.",
}

ALWAYS: Final = ("row", "record", "rule", "gate", "fate")


def explained(terms: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words every report needs and those of this one, with their meaning."""
    return [(term, TERMS[term]) for term in dict.fromkeys((*ALWAYS, *terms))]
