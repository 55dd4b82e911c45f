"""What an audit found: counts, rates, shareable and private rows, and what changed since the last one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from bridgework.model import Finding, Severity
from bridgework.stages.audit.identity import finding_id, key_hash

Standing = Literal["new", "same", ""]
_GIVE_WAY = frozenset({"ORP-00", "DAT-02", "DAT-03"})
_ORDER = {Severity.BLOCK: 0, Severity.APPROVE: 1, Severity.WARN: 2}


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding with its id, and whether the last audit had it too (empty if there was none)."""

    id: str
    finding: Finding
    standing: Standing = ""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """All findings in order of severity, check, object and key; `fixed` are ids of the last audit that are gone.

    `extract` is the fingerprint of the staged data.
    """

    findings: tuple[Noted, ...]
    fixed: tuple[str, ...] = ()
    extract: str = ""

    def by_id(self) -> dict[str, Noted]:
        """Findings by id."""
        return {each.id: each for each in self.findings}

    def of(self, *severities: Severity) -> tuple[Noted, ...]:
        """Findings of these severities."""
        return tuple(each for each in self.findings if each.finding.severity in severities)

    def severities(self) -> dict[str, int]:
        """Number of findings per severity, B first."""
        counts = Counter(each.finding.severity for each in self.findings)
        return {str(severity): counts[severity] for severity in _ORDER}

    def checks(self) -> list[dict[str, Any]]:
        """Per check and object: severity, title, findings, rows concerned, denominator, rate in per cent as text."""
        groups: dict[tuple[str, str, Severity], list[Noted]] = {}
        for each in self.findings:
            finding = each.finding
            groups.setdefault((finding.check, finding.object, finding.severity), []).append(each)
        return [_check_line(group, notes) for group, notes in groups.items()]

    def comparison(self) -> dict[str, int]:
        """How many findings are fixed, new and the same since the last audit."""
        counts = Counter(each.standing for each in self.findings)
        return {"fixed": len(self.fixed), "new": counts["new"], "same": counts["same"]}

    def shareable(self, secret: bytes) -> dict[str, Any]:
        """The content of audit.json: no value of a record, source keys only as hashes keyed with `secret`."""
        return {
            "extract": self.extract,
            "severities": self.severities(),
            "checks": self.checks(),
            "comparison": self.comparison(),
            "fixed": list(self.fixed),
            "findings": [_shareable(each, secret) for each in self.findings],
        }


def _check_line(group: tuple[str, str, Severity], notes: list[Noted]) -> dict[str, Any]:
    name, source, severity = group
    rows = len({each.finding.key for each in notes})
    denominator = max(each.finding.denominator for each in notes)
    actions = Counter(each.finding.action for each in notes)
    titles = Counter(each.finding.summary.partition(":")[0].partition(" (")[0] for each in notes)
    return {
        "check": name,
        "severity": str(severity),
        "object": source,
        "title": _title(titles),
        "action": actions.most_common(1)[0][0],
        "findings": len(notes),
        "rows": rows,
        "denominator": denominator,
        "rate": f"{100 * rows / denominator:.2f}" if denominator else "",
    }


def _title(titles: Counter[str]) -> str:
    """What a check found; where it was several things, each with its number."""
    if len(titles) == 1:
        return next(iter(titles))
    return "; ".join(f"{title} ({number})" for title, number in titles.most_common())


def _shareable(noted: Noted, secret: bytes) -> dict[str, Any]:
    finding = noted.finding
    # A proposed merge names a key; the shareable form says only that it is one.
    proposed = "merge" if finding.proposed.startswith("merge into ") else finding.proposed
    return {
        "id": noted.id,
        "check": finding.check,
        "severity": str(finding.severity),
        "object": finding.object,
        "key": key_hash(finding.object, finding.key, secret),
        "others": [key_hash(finding.object, key, secret) for key in finding.others],
        "field": finding.field,
        "summary": finding.summary,
        "proposed": proposed,
        "score": None if finding.score is None else f"{finding.score:.2f}",
        "standing": noted.standing,
    }


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier audit.json says: the ids to compare with, and ids that count as fixed in any case."""

    ids: frozenset[str]
    fixed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, content: Mapping[str, Any], extract: str) -> Before | None:
        """Read an audit.json. Of the same extract it is only the audit before decisions came in: what was new then is
        new still, what was fixed then stays fixed, and if there was nothing to compare with, there still is not."""
        lines = content.get("findings", ())
        if content.get("extract") != extract:
            return cls(frozenset(str(line["id"]) for line in lines))
        fixed = frozenset(map(str, content.get("fixed", ())))
        if not fixed and not any(line.get("standing") for line in lines):
            return None
        return cls(frozenset(str(line["id"]) for line in lines if line.get("standing") != "new"), fixed)


def collect(
    of_plugins: Iterable[Finding], of_core: Iterable[Finding], before: Before | None = None, extract: str = ""
) -> AuditResult:
    """Give findings their ids, fold repeated ones, and compare with the ids of the last audit.

    What a trade's check says about a row and field takes the place of the core's general word about it. Where that word
    is that a value could not be read, the finding says so and where it stands: to a check it looks as if it were empty.
    """
    found: dict[str, Finding] = {}
    special: dict[tuple[str, str, str], str] = {}
    for finding in of_plugins:
        name = finding_id(finding)
        found.setdefault(name, finding)
        special.setdefault((finding.object, finding.key, finding.field), name)
    for finding in of_core:
        name = special.get((finding.object, finding.key, finding.field), "")
        if finding.check not in _GIVE_WAY or not name:
            found.setdefault(finding_id(finding), finding)
        elif finding.evidence and not found[name].evidence:
            summary = f"{found[name].summary} ({finding.summary})"
            found[name] = replace(found[name], summary=summary, evidence=finding.evidence)
    notes = [Noted(name, finding) for name, finding in found.items()]
    if before is not None:
        notes = [replace(each, standing="same" if each.id in before.ids else "new") for each in notes]
    notes.sort(key=lambda each: (_ORDER[each.finding.severity], each.finding.check, each.finding.object,
                                 each.finding.key, each.id))  # fmt: skip
    fixed = sorted((before.ids | before.fixed) - found.keys()) if before is not None else []
    return AuditResult(tuple(notes), tuple(fixed), extract)
