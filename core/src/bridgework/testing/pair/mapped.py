"""A pair maps everything the source holds, and its own tests say how."""

from __future__ import annotations

from dataclasses import replace

from bridgework.mapping import check_examples, run_mapping_tests
from bridgework.model import TransformContext
from bridgework.plugins import load_class
from bridgework.stages.extract import extract
from bridgework.stages.survey import survey
from bridgework.testing.pair.bench import PairBench
from bridgework.testing.source.bench import ANYTHING, SourceBench, staged
from bridgework.testing.standards import NotApplicable, Standards, require, skip_unless
from bridgework.testing.subjects import Source

STANDARDS = Standards()
FEW, SEED = 100, 7  # patients of a demonstration, and its seed


@STANDARDS.required
def compiles(bench: PairBench) -> None:
    """The mapping compiles against what the source describes."""
    cls = bench.subject.plugin
    require(getattr(cls, "source", ""), "the pair does not name its source.")
    require(getattr(cls, "destination", ""), "the pair does not name its destination.")
    require(
        any(rule.kind == "target" for rule in bench.plan().rules.values()), "no rule of the mapping writes anything."
    )


@STANDARDS.required
def accounts_for_every_field(bench: PairBench) -> None:
    """Every object has a rule, and every field is mapped, archived, or dropped with a reason."""
    plan = bench.plan()
    require(not plan.unruled, f"no rule says what becomes of {', '.join(plan.unruled)}.")
    left = [f"{each.object}.{each.field}" for each in plan.unaccounted]
    require(not left, f"neither mapped, archived nor dropped: {', '.join(left)}.")


@STANDARDS.required
def passes_its_own_tests(bench: PairBench) -> None:
    """The mapping carries tests of its own, and they pass."""
    results = run_mapping_tests(
        bench.mapping(), bench.description(), settings=bench.settings(), transforms=bench.transforms()
    )
    require(results, "the mapping carries no tests.")
    failed = [f"{each.rule} ({each.about}): {'; '.join(each.problems)}" for each in results if not each.passed]
    require(not failed, f"{len(failed)} of {len(results)} tests of the mapping fail: {' / '.join(failed)}")


@STANDARDS.required
def holds_its_examples(bench: PairBench) -> None:
    """The examples of its named transforms come out as written."""
    transforms = bench.transforms()
    skip_unless(transforms, "the pair has no transforms of its own")
    description = bench.description()
    context = TransformContext(
        row={},
        currency=bench.subject.currency,
        time_zone=description.time_zone,
        cutover=description.generated_at,
        facts=description.facts,
    )
    problems = check_examples(transforms, context)
    require(not problems, " / ".join(problems))


@STANDARDS.optional("destination installed")
def writes_what_the_destination_takes(bench: PairBench) -> None:
    """Every rule writes an object the destination has."""
    capabilities = bench.capabilities()
    if capabilities is None:
        raise NotApplicable(f"the destination {bench.subject.plugin.destination} is not installed")
    known = {each.name for each in capabilities.objects}
    targets = {rule.target for rule in bench.plan().rules.values() if rule.kind == "target"}
    unknown = set() if capabilities.new_objects is not None else targets - known
    require(not unknown, f"the destination has no object {', '.join(sorted(unknown))}.")


@STANDARDS.optional("source with an export")
def maps_a_whole_export(bench: PairBench) -> None:
    """Every row of the export is written, or accounted for; none disappears."""
    subject = bench.subject
    with staged(
        bench.source(),
        bench.folder / "migration",
        pair=subject.plugin,
        capabilities=bench.capabilities() or replace(ANYTHING, field_types=bench.field_types()),
        options=subject.options,
        currency=subject.currency,
    ) as migration:
        extract(migration)
        survey(migration)
        counted = migration.journal.conservation()
        for each in migration.staging.objects():
            if not each.absent and (rows := migration.staging.count(each.name)):
                disposed = sum(counted.get(each.name, {}).values())
                require(disposed == rows, f"of {rows} rows of {each.name} {rows - disposed} have no disposition.")


@STANDARDS.optional("demonstration")
def makes_its_demonstration(bench: PairBench) -> None:
    """The demonstration makes an export its source can read."""
    cls = bench.subject.plugin
    skip_unless(hasattr(cls, "demo"), "the pair offers no demonstration")
    demo = cls().demo(bench.folder / "demo", FEW, SEED)
    given = {key.removeprefix("source."): value for key, value in demo.settings.items() if key.startswith("source.")}
    source = Source(load_class("source", cls.source), given)
    rows = sum(len(found) for _, found in SourceBench(source, bench.folder).rows())
    require(rows, "the export of the demonstration holds no rows.")
