"""Recall and precision of the duplicate search on a generated practice: python benchmarks/duplicates.py --help"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bridgework.model import Finding
from bridgework.staging import Staging
from bridgework.staging.records import Records
from bridgework_dental import Dental
from bridgework_sensei import Sensei, SenseiSettings
from bridgework_sensei_generator.generator import generate
from bridgework_sensei_generator.truth import Truth

KINDS = ("DUP-01", "DUP-02", "DUP-03", "DUP-04")
DEFINITION = """A planted pair is two records of one person. It is found when a finding of DUP-01 to 04 names both.
Recall    = found planted pairs / planted pairs.
Precision = findings that name a planted pair / all findings of DUP-01 to 04."""

Pair = tuple[str, frozenset[str]]


@dataclass
class Score:
    """Pairs planted and found, and findings that name none of them, per kind."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    alike: int = 0

    def line(self, kind: str, kinds: Iterable[str]) -> str:
        """One printed line over some kinds."""
        names = tuple(kinds)
        planted, found, reported, right = (
            sum(counts[name] for name in names) for counts in (self.planted, self.found, self.reported, self.right)
        )
        recall = f"{found / planted:.3f}" if planted else "-"
        precision = f"{right / reported:.3f}" if reported else "-"
        return f"{kind:8} {planted:8} {found:8} {reported:9} {recall:>8} {precision:>10}"


def stage(export: Path, store: Path) -> Records:
    """Read an export into a fresh staging store."""
    source = Sensei(SenseiSettings(path=export))
    records = Records.create(store, b"k" * 32, "benchmark")
    description = source.describe_source()
    with records.writer() as writer:
        writer.begin(description)
        for each in description.objects:
            if not each.absent:
                writer.add(each.name, source.extract(each.name, None))
        writer.freeze()
    return records


def score(findings: Iterable[Finding], truth: Truth) -> Score:
    """Compare findings with what was planted."""
    result = Score()
    planted: dict[Pair, str] = {}
    for line in truth.lines("duplicate"):
        planted[(line["object"], frozenset(line["keys"]))] = line["check"]
        result.planted[line["check"]] += 1
    alike = {("patients", frozenset(line["keys"])) for line in truth.lines("not_duplicate")}
    seen: set[Pair] = set()
    for finding in findings:
        pair = (finding.object, frozenset((finding.key, *finding.others)))
        result.reported[finding.check] += 1
        result.alike += pair in alike
        if pair in planted:
            result.right[finding.check] += 1
            if pair not in seen:
                seen.add(pair)
                result.found[planted[pair]] += 1
    return result


def measure(staging: Staging) -> tuple[list[Finding], float]:
    """The duplicate findings of a whole dental audit, and its CPU seconds."""
    start = time.process_time()
    findings = [finding for finding in Dental().audit(staging) if finding.check in KINDS]
    return findings, time.process_time() - start


def main() -> int:
    """Generate, stage, audit, compare, print. 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        truth = generate(export, patients=chosen.patients, seed=chosen.seed, documents=0)
        records = stage(export, Path(folder) / "records.db")
        try:
            findings, seconds = measure(records.staging())
        finally:
            records.close()
        result = score(findings, truth)
    print(DEFINITION)
    print(f"\n{chosen.patients} patients, seed {chosen.seed}")
    print("kind      planted    found  findings   recall  precision")
    for kind in KINDS:
        print(result.line(kind, (kind,)))
    print(result.line("all", KINDS))
    print(f"look-alikes planted as two people and reported as one: {result.alike}")
    print(f"whole dental audit: {seconds:.1f} CPU s")
    print(f"peak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    found, planted = sum(result.found.values()), sum(result.planted.values())
    right, reported = sum(result.right.values()), sum(result.reported.values())
    return 0 if found >= 0.95 * planted and right >= 0.9 * reported else 1


if __name__ == "__main__":
    sys.exit(main())
