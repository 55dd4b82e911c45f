"""sample: a few hundred roots chosen by strata, with their parents and children, written for real and read back."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bridgework.errors import UsageError
from bridgework.mapping import CompiledRule, Mapped, body_hash
from bridgework.migration import Migration
from bridgework.model import FieldType
from bridgework.results import Result
from bridgework.stages.load import Loader
from bridgework.stages.load.resolving import references
from bridgework.stages.loading import prepare, require_gates
from bridgework.stages.optionlists import declared_labels
from bridgework.stages.outcomes import records
from bridgework.stages.rollback import rollback
from bridgework.stages.rules import target_rules
from bridgework.stages.settle_images import settle_images

DEFAULT_SIZE = 150
_PLAIN = ("empty", "filled", "True", "False")
_DECADE = re.compile(r"\d{3}0s")
Chosen = dict[str, frozenset[str]]


def sample(migration: Migration, *, size: int = DEFAULT_SIZE, undo: bool = False) -> Result:
    """Write a sample; with `undo`, take exactly the sample out again."""
    if undo:
        return undo_sample(migration)
    require_gates(migration, ("mapping", "schema", "owners"))
    chosen, roots, table = choose(migration, size)
    resolver = prepare(migration)
    total = sum(len(keys) for keys in chosen.values())
    migration.journal.event("sample_chosen", roots=roots, records=total, mapping=migration.plan.content_hash)
    migration.keep_selection(chosen)
    migration.progress.start("sample", total)
    loader = Loader(migration, resolver, stage="sample", only=chosen)
    rules = target_rules(migration.plan)
    loader.run(rules)
    settle_images(migration, [rule.name for rule in rules])
    return migration.finished(
        "sample",
        data={
            "roots": roots,
            "records": total,
            "strata": _shareable(migration, table),
            "outcomes": {rule: dict(counts) for rule, counts in loader.outcomes.items()},
        },
        differences=any(counts["rejected"] for counts in loader.outcomes.values()),
        next_="bridgework diff",
    )


def undo_sample(migration: Migration) -> Result:
    """Take the sample out again: refused once more than the sample was loaded."""
    if migration.journal.last_event("loaded") is not None:
        raise UsageError("More than the sample was loaded.", next_step="bridgework rollback --preview")
    return rollback(migration, stage="sample-undo")


def choose(migration: Migration, size: int) -> tuple[Chosen, int, dict[str, dict[str, int]]]:
    """Root records by strata, closed over references: (keys per rule, number of roots, strata -> value -> roots)."""
    rules = target_rules(migration.plan)
    root = root_rule(rules)
    roots, table = _roots(migration, rules, root, size)
    chosen: dict[str, set[str]] = defaultdict(set)
    chosen[root.name] = set(roots)
    wanted: dict[str, set[str]] = defaultdict(set)
    _with_children(migration, rules, root, chosen, wanted)
    _with_parents(migration, rules, chosen, wanted)
    return {rule: frozenset(keys) for rule, keys in chosen.items()}, len(roots), table


def root_rule(rules: Sequence[CompiledRule]) -> CompiledRule:
    """The rule most other rules refer to; of equals the one that is loaded last."""
    referred = Counter(name for rule in rules for name in rule.references if name != rule.name)
    return max(rules, key=lambda rule: (referred[rule.name], rules.index(rule)))


def _roots(
    migration: Migration, rules: Sequence[CompiledRule], root: CompiledRule, size: int
) -> tuple[list[str], dict[str, dict[str, int]]]:
    """Every value of every stratum gets roots before any gets many: rarest values first, the rest evenly spread."""
    keys: list[str] = []
    by_value: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mapped in records(migration, root):
        keys.append(mapped.key)
        for stratum in strata(root, mapped):
            _add(by_value[stratum], mapped.key, size)
    for rule in rules:
        if root.name in rule.references and rule.name != root.name:
            for mapped in records(migration, rule):
                for name, key in references(mapped.body):
                    if name == root.name:
                        for stratum in strata(rule, mapped):
                            _add(by_value[stratum], key, size)
    chosen: dict[str, None] = {}
    for stratum in sorted(by_value, key=lambda each: (len(by_value[each]), each)):
        for key in by_value[stratum][:2]:
            if len(chosen) < size:
                chosen.setdefault(key)
    step = max(1, len(keys) // max(1, size))
    for key in (*keys[::step], *keys):
        if len(chosen) >= min(size, len(keys)):
            break
        chosen.setdefault(key)
    table: dict[str, dict[str, int]] = defaultdict(dict)
    for (name, value), members in sorted(by_value.items()):
        table[name][value] = sum(1 for key in set(members) if key in chosen)
    return list(chosen), dict(table)


def _add(members: list[str], key: str, most: int) -> None:
    if len(members) < most and (not members or members[-1] != key):
        members.append(key)


def _shareable(migration: Migration, table: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Values that stand for themselves as they are, those that come out of the rows as keyed hashes."""
    declared = declared_labels(migration)

    def shown(name: str, value: str) -> str:
        plain = value in _PLAIN or value in declared or _DECADE.fullmatch(value)
        return value if plain else migration.keyed_hash(name, value)[:8]

    return {name: {shown(name, value): roots for value, roots in values.items()} for name, values in table.items()}


def strata(rule: CompiledRule, mapped: Mapped) -> list[tuple[str, str]]:
    """The strata a record belongs to, without values that name a person: choices by value, dates by decade, owners and
    references by a short digest, everything else by whether it is filled."""
    found = []
    for field in rule.fields:
        value = mapped.body.get(field.label)
        name = f"{rule.name}: {field.label}"
        if value is None:
            found.append((name, "empty"))
        elif field.type in (FieldType.CHOICE, FieldType.BOOLEAN):
            found.append((name, str(value)))
        elif field.type is FieldType.DATE:
            found.append((name, f"{str(value)[:3]}0s"))
        elif field.type is FieldType.OWNER or (field.type is FieldType.REFERENCE and rule.name not in field.references):
            found.append((name, body_hash({"value": value})[:8]))
        else:
            found.append((name, "filled"))
    return found


def _with_children(
    migration: Migration,
    rules: Sequence[CompiledRule],
    root: CompiledRule,
    chosen: dict[str, set[str]],
    wanted: dict[str, set[str]],
) -> None:
    """In load order: whatever refers to a chosen record below the root comes along; note what the chosen refer to."""
    below = {root.name}
    for rule in rules:
        follows = below & set(rule.references) - {rule.name}
        if rule.name != root.name and not follows:
            continue
        for mapped in records(migration, rule):
            refers = _references(mapped)
            if rule.name == root.name:
                taken = mapped.key in chosen[root.name]
            else:
                taken = any(key in chosen[name] for name, key in refers if name in below)
            if taken:
                chosen[rule.name].add(mapped.key)
                for name, key in refers:
                    wanted[name].add(key)
        below.add(rule.name)


def _with_parents(
    migration: Migration, rules: Sequence[CompiledRule], chosen: dict[str, set[str]], wanted: dict[str, set[str]]
) -> None:
    """Against load order: whatever a chosen record refers to comes along, and what that refers to."""
    for rule in reversed(rules):
        for mapped in records(migration, rule) if wanted[rule.name] - chosen[rule.name] else ():
            if mapped.key in wanted[rule.name] and mapped.key not in chosen[rule.name]:
                chosen[rule.name].add(mapped.key)
                for name, key in _references(mapped):
                    wanted[name].add(key)
    for rule in rules:  # links between records that both came along
        for mapped in records(migration, rule) if not chosen[rule.name] and rule.references else ():
            refers = _references(mapped)
            if refers and all(key in chosen[name] for name, key in refers):
                chosen[rule.name].add(mapped.key)


def _references(mapped: Mapped) -> list[tuple[str, str]]:
    bodies: Iterable[Mapping[str, object]] = (mapped.body, mapped.deferred)
    return [*mapped.needs, *(reference for body in bodies for reference in references(body))]
