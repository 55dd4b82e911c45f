"""What the mapping makes of the staged rows, once documents that cannot be uploaded are taken out."""

from __future__ import annotations

from collections.abc import Iterator

from bridgework.mapping import CompiledRule, Disposed, Mapped, Outcome
from bridgework.migration import Migration


def outcomes(migration: Migration, rule: CompiledRule) -> Iterator[Outcome]:
    """`Plan.run`, with documents that are missing, damaged or too large going to the attachments manifest."""
    made = migration.plan.run(rule.name, migration.staging)
    return made if rule.file is None and rule.sheet is None else _with_documents(migration, rule, made)


def _with_documents(migration: Migration, rule: CompiledRule, made: Iterator[Outcome]) -> Iterator[Outcome]:
    for outcome in made:
        if isinstance(outcome, Mapped) and outcome.file is not None:
            problem = migration.documents.problem(outcome.file)
            if problem:
                [row, *_] = outcome.sources
                yield Disposed(rule=rule.name, object=row.object, key=row.key, kind="archive", reason=problem)
                continue
        yield outcome


def records(migration: Migration, rule: CompiledRule) -> Iterator[Mapped]:
    """The records the rule writes."""
    return (outcome for outcome in outcomes(migration, rule) if type(outcome) is Mapped)
