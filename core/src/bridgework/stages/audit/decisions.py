"""decisions.csv: what a person decides about findings of severity A and B, out and back in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridgework.errors import BadInput
from bridgework.model import Finding, Severity
from bridgework.stages.audit.catalogue import ACCEPT, EXCLUDE, FIX, KEEP, MERGE
from bridgework.stages.audit.result import AuditResult, Noted
from bridgework.stages.audit.spreadsheet import Line, csv_text, read_csv

COLUMNS: Final = (
    "finding", "check", "severity", "object", "key", "field", "summary", "proposed", "decision", "note",
)  # fmt: skip

_WORDS: Final = {
    "fix at source": FIX, "fixed at source": FIX, "exclude": EXCLUDE, "keep both": KEEP, "keep": KEEP, "accept": ACCEPT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word about one finding; `survivor` is filled for a merge. `note` is theirs and private."""

    word: str
    survivor: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        """The decision as it stands in the file."""
        return f"{MERGE}{self.survivor}" if self.survivor else self.word


@dataclass(frozen=True, slots=True)
class Decisions:
    """What holds for the mapping: undecided blocking findings, merges, exclusions, and what was accepted.

    `merges` maps (object, key) to the surviving key, of the same object or, for a responsible party who is a patient
    and its like, of the object the finding's other row belongs to. `exclusions` maps (object, key) to the id of the
    finding that excludes it. `stated` are the words people wrote, by finding id. `content_hash` changes when any of it
    changes.
    """

    undecided: tuple[str, ...]
    merges: Mapping[tuple[str, str], str]
    exclusions: Mapping[tuple[str, str], str]
    accepted: frozenset[str]
    stated: Mapping[str, Decision]
    content_hash: str


def decision_rows(audit: AuditResult, stated: Mapping[str, Decision] | None = None) -> list[tuple[str, ...]]:
    """Rows of decisions.csv: one per finding of severity A and B, with the words stated before carried over."""
    before = stated or {}
    rows: list[tuple[str, ...]] = []
    for each in audit.of(Severity.BLOCK, Severity.APPROVE):
        finding, said = each.finding, before.get(each.id)
        rows.append(
            (
                each.id, finding.check, str(finding.severity), finding.object, finding.key, finding.field,
                finding.summary, finding.proposed, said.text if said else "", said.note if said else "",
            )
        )  # fmt: skip
    return rows


def decisions_csv(audit: AuditResult, stated: Mapping[str, Decision] | None = None) -> str:
    """The text of decisions.csv. An empty decision cell of an A finding means the proposed one, merges apart."""
    return csv_text(COLUMNS, decision_rows(audit, stated))


def read_decisions(
    path: Path, audit: AuditResult, exists: Callable[[str, str], bool] | None = None
) -> dict[str, Decision]:
    """Read the words people wrote: finding id to decision; rows with an empty decision cell say nothing.

    A row names its finding by id, or, when that cell is empty, by check, object, key and (if filled) field. What was
    said about a finding that is fixed since the last audit is passed over.

    :param exists: whether (object, key) is a row of the staging; asked for survivors the finding does not name.
    :raises BadInput: naming file, line and column: unknown finding, unknown word, impossible merge, two words for one.
    """
    index = _Index(audit)
    stated: dict[str, Decision] = {}
    for line in read_csv(path, COLUMNS):
        cell = line.cells["decision"].strip()
        if not cell:
            continue
        for noted in index.find(path, line):
            decision = _decision(path, line, cell, noted.finding, exists)
            if stated.setdefault(noted.id, decision) != decision:
                raise _wrong(path, line, "decision", "this finding was decided differently in an earlier line")
    _no_circles(path, audit, stated)
    return stated


def decide(audit: AuditResult, stated: Mapping[str, Decision]) -> Decisions:
    """Combine what was stated with the defaults: an A finding falls back to its proposed decision, but nothing is
    merged unless a person said so. A B finding that is to be fixed at the source stays open until it is gone.
    """
    undecided: list[str] = []
    merges: dict[tuple[str, str], str] = {}
    exclusions: dict[tuple[str, str], str] = {}
    accepted: set[str] = set()
    listed: list[tuple[str, str]] = []
    for each in audit.of(Severity.BLOCK, Severity.APPROVE):
        finding, said = each.finding, stated.get(each.id)
        word = said.word if said else _default(finding)
        if finding.severity is Severity.BLOCK and (said is None or word == FIX):
            undecided.append(each.id)
        elif said is not None and said.survivor:
            for key in finding.others if said.survivor == finding.key else (finding.key,):
                merges[(finding.object, key)] = said.survivor
        elif word == EXCLUDE:
            exclusions[(finding.object, finding.key)] = each.id
        else:
            accepted.add(each.id)
        listed.append((each.id, said.text if said else word))
    return Decisions(tuple(undecided), merges, exclusions, frozenset(accepted), dict(stated), _hash(listed))


def _default(finding: Finding) -> str:
    return KEEP if finding.proposed.startswith(MERGE) else finding.proposed or ACCEPT


def _hash(listed: list[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(sorted(listed), separators=(",", ":")).encode()).hexdigest()


class _Index:
    """Findings by everything a row may name them with."""

    def __init__(self, audit: AuditResult) -> None:
        self._by_id = audit.by_id()
        self._fixed = frozenset(audit.fixed)
        self._by_row: dict[tuple[str, str, str], list[Noted]] = {}
        self._by_pair: dict[tuple[str, str, str], list[Noted]] = {}
        for each in audit.findings:
            finding = each.finding
            self._by_row.setdefault((finding.check, finding.object, finding.key), []).append(each)
            if finding.others:
                for key in (finding.key, *finding.others):
                    self._by_pair.setdefault((finding.check[:3], finding.object, key), []).append(each)

    def find(self, path: Path, line: Line) -> list[Noted]:
        """The findings a row speaks about; several only when the row leaves the field open."""
        name = line.cells["finding"].strip()
        if name:
            if name in self._fixed:
                return []
            if name not in self._by_id:
                raise _wrong(path, line, "finding", "no such finding in the last audit")
            return [self._by_id[name]]
        check, source, key, field = (line.cells[column].strip() for column in ("check", "object", "key", "field"))
        found = self._by_row.get((check, source, key)) or self._of_pair(check, source, key, line)
        # A defect of a whole column or file has no key; a row of it may be named instead.
        found = found or [
            each for each in self._by_row.get((check, source, ""), []) if field and each.finding.field == field
        ]
        exact = [each for each in found if each.finding.field == field] if field else []
        if not found:
            raise _wrong(path, line, "key", f"no finding of {check} for this object and key in the last audit")
        return exact or found

    def _of_pair(self, check: str, source: str, key: str, line: Line) -> list[Noted]:
        """A pair is one finding whichever of its rows is named, and whatever made the two look alike."""
        survivor = _survivor(line.cells["decision"].strip()) or _survivor(line.cells["proposed"].strip())
        found = self._by_pair.get((check[:3], source, key), [])
        if not survivor:
            return [each for each in found if each.finding.check == check]
        return [each for each in found if survivor in (each.finding.key, *each.finding.others)]


def _survivor(text: str) -> str:
    return text[len(MERGE) :].strip() if text.lower().startswith(MERGE) else ""


def _decision(
    path: Path, line: Line, cell: str, finding: Finding, exists: Callable[[str, str], bool] | None
) -> Decision:
    note = line.cells["note"].strip()
    survivor = _survivor(cell)
    if survivor:
        _possible_merge(path, line, survivor, finding, exists)
        return Decision(MERGE.strip(), survivor, note)
    word = _WORDS.get(" ".join(cell.lower().split()))
    if word is None:
        allowed = "fix at source, exclude, merge into <key>, keep both, accept"
        raise _wrong(path, line, "decision", f"unknown word; possible are: {allowed}")
    return Decision(word, "", note)


def _possible_merge(
    path: Path, line: Line, survivor: str, finding: Finding, exists: Callable[[str, str], bool] | None
) -> None:
    rows = (finding.key, *finding.others)
    if survivor in finding.others or (survivor == finding.key and finding.others):
        return
    if survivor in rows:
        raise _wrong(path, line, "decision", "a row cannot be merged into itself")
    if exists is None or not exists(finding.object, survivor):
        raise _wrong(path, line, "decision", f"the survivor is no row of {finding.object}")


def _no_circles(path: Path, audit: AuditResult, stated: Mapping[str, Decision]) -> None:
    merges = decide(audit, stated).merges
    for source, key in merges:
        seen = {key}
        following = merges[(source, key)]
        while (source, following) in merges:
            if following in seen:
                raise BadInput(f"{path.name}: the merges of {source} run in a circle.", next_step="bridgework audit")
            seen.add(following)
            following = merges[(source, following)]


def _wrong(path: Path, line: Line, column: str, reason: str) -> BadInput:
    return BadInput(
        f"{path.name}, line {line.number}, column {column}: {reason}.", next_step="correct the line and read it again"
    )
