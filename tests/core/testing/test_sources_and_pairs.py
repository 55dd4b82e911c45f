"""The kits of sources and pairs notice what is broken: one broken plugin for each standard test."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bridgework import hookimpl
from bridgework.errors import UsageError
from bridgework.model import (
    Demo,
    FieldType,
    NamedTransform,
    SourceDescription,
    SourceFile,
    SourceRecord,
)
from bridgework.scaffold import scaffold
from bridgework.testing import Pair, Source, check
from bridgework.testing.pair import PAIR
from bridgework.testing.source import SOURCE

Base = Any


@dataclass(frozen=True)
class Written:
    """The generated packages of a source and a pair."""

    source: ModuleType
    pair: ModuleType
    export: Path


def imported(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("written")
    scaffold("source", "box", folder / "source")
    scaffold("pair", "box-trial", folder / "pair", (("the-source", "box"), ("the-destination", "trial")))
    source = imported(folder / "source" / "src" / "bridgework_box" / "source.py", "box_source")
    pair = imported(folder / "pair" / "src" / "bridgework_box_trial" / "pair.py", "box_trial_pair")
    document = (folder / "pair" / "src" / "bridgework_box_trial" / "mapping.yaml").read_text("utf-8")

    class BoxTrial(pair.BoxTrial):
        document_text = document

        @hookimpl
        def mapping(self) -> str:
            return self.document_text

    pair.BoxTrial = BoxTrial
    return Written(source, pair, folder / "source" / "tests" / "export")


# ------------------------------------------------------------------------------------------ sources


def describing(change: Callable[[SourceDescription], SourceDescription]) -> Callable[[Base], Base]:
    """The source with another description."""

    def broken(base: Base) -> Base:
        class Mutant(base):
            @hookimpl
            def describe_source(self) -> SourceDescription:
                return change(super().describe_source())

        return Mutant

    return broken


def yielding(change: Callable[[Iterator[SourceRecord]], Any]) -> Callable[[Base], Base]:
    """The source with other rows."""

    def broken(base: Base) -> Base:
        class Mutant(base):
            @hookimpl
            def extract(self, object_name: str, since: datetime | None) -> Any:
                return change(super().extract(object_name, since))

        return Mutant

    return broken


def in_turn(found: SourceDescription, turns: Any = itertools.count()) -> SourceDescription:  # noqa: B008 - shared on purpose
    return replace(found, time_zone=("America/Denver", "Europe/Vienna")[next(turns) % 2])


def without_keys(found: SourceDescription) -> SourceDescription:
    return replace(found, objects=tuple(replace(each, key=("number",)) for each in found.objects))


def counting_one_more(found: SourceDescription) -> SourceDescription:
    return replace(found, objects=tuple(replace(each, rows=99) for each in found.objects))


def reversed_each_second_time(turns: Any) -> Callable[[Iterator[SourceRecord]], Iterator[SourceRecord]]:
    def turned(rows: Iterator[SourceRecord]) -> Iterator[SourceRecord]:
        found = list(rows)
        yield from reversed(found) if next(turns) % 2 else found

    return turned


def with_floats(rows: Iterator[SourceRecord]) -> Iterator[SourceRecord]:
    yield from (replace(row, values={**row.values, "name": 1.5}) for row in rows)


def with_one_key(rows: Iterator[SourceRecord]) -> Iterator[SourceRecord]:
    yield from (replace(row, key="same") for row in rows)


def without_raw(rows: Iterator[SourceRecord]) -> Iterator[SourceRecord]:
    yield from (replace(row, raw=b"") for row in rows)


def writes_beside_the_export(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def describe_source(self) -> SourceDescription:
            if self.folder.is_dir():
                with (self.folder / ".seen").open("a") as seen:
                    seen.write("seen")
            found: SourceDescription = super().describe_source()
            return found

    return Mutant


def describes_anything(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def describe_source(self) -> SourceDescription:
            return SourceDescription(
                objects=(), generated_at=datetime.fromisoformat("2026-01-01T00:00Z"), time_zone="UTC"
            )

    return Mutant


def forgets_without_a_change(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
            yield from itertools.islice(super().extract(object_name, since), None if since is None else 1)

    return Mutant


def opens_whatever_is_asked_for(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def open_file(self, ref: str) -> SourceFile | None:
            path = self.folder / ref
            return SourceFile(name=ref, stream=path.open("rb"), size=1) if path.is_file() else None

    return Mutant


def fails_in_the_middle(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def extract(self, object_name: str, since: datetime | None) -> Iterator[SourceRecord]:
            yield from super().extract(object_name, since)
            if getattr(self, "staged", False):
                raise UsageError("too late")

        @hookimpl
        def stage_started(self, stage: str, total: int | None) -> None:
            self.staged = True

    return Mutant


SOURCES: dict[str, tuple[Callable[[Base], Base], set[str]]] = {
    "another time zone each time": (describing(in_turn), {"describes_the_export_steadily"}),
    "a key that is no field": (describing(without_keys), {"describes_a_sound_model"}),
    "a good description of nothing": (
        describes_anything,
        {"describes_a_sound_model", "refuses_a_bad_export"},
    ),
    "numbers that are no decimals": (yielding(with_floats), {"yields_what_it_describes"}),
    "one key for all rows": (yielding(with_one_key), {"names_each_row_once"}),
    "another order each time": (yielding(reversed_each_second_time(itertools.count())), {"repeats_itself"}),
    "a list instead of a stream": (yielding(list), {"streams_its_rows"}),
    "rows without their text": (yielding(without_raw), {"keeps_what_it_read"}),
    "more rows declared than there are": (describing(counting_one_more), {"counts_as_it_declares"}),
    "a file beside the export": (writes_beside_the_export, {"leaves_the_export_alone"}),
    "an end with an error": (fails_in_the_middle, {"is_staged_whole"}),
    "fewer rows since long ago": (forgets_without_a_change, {"yields_no_less_since"}),
    "files outside the export": (opens_whatever_is_asked_for, {"opens_no_foreign_file"}),
}


@pytest.mark.parametrize("name", list(SOURCES))
def test_a_broken_source_turns_exactly_the_intended_tests_red(written: Written, tmp_path: Path, name: str) -> None:
    make, noticed = SOURCES[name]
    export = tmp_path / "export"
    export.mkdir()
    for file in written.export.iterdir():
        (export / file.name).write_bytes(file.read_bytes())

    report = check(Source(make(written.source.Box), {"path": export}))

    assert set(report.failed) == noticed, "\n".join(report.lines())


def test_every_standard_test_of_sources_has_a_source_that_fails_it() -> None:
    assert {name for _, noticed in SOURCES.values() for name in noticed} == {each.name for each in SOURCE.all()}


# ------------------------------------------------------------------------------------------ pairs


def mapping(old: str, new: str) -> Callable[[Base], Base]:
    """The pair with another mapping."""

    def broken(base: Base) -> Base:
        assert old in base.document_text
        return type("Mutant", (base,), {"document_text": base.document_text.replace(old, new)})

    return broken


def examples_that_do_not_hold(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def transforms(self) -> list[NamedTransform]:
            [named] = super().transforms()
            return [replace(named, examples=(("a@example.org", "b@example.org"),))]

    return Mutant


def a_demonstration_of_nothing(base: Base) -> Base:
    class Mutant(base):
        def demo(self, folder: Path, patients: int, seed: int) -> Demo:
            folder.mkdir()
            return Demo(settings={"source.path": str(folder)})

    return Mutant


def rows_nobody_accounts_for(base: Base) -> Base:
    """Its transform ends the survey of a whole export, although the mapping's own test passes."""

    def tidy(text: str) -> str:
        if text.startswith("zoe"):
            raise RuntimeError
        return "".join(text.split()).lower()

    class Mutant(base):
        @hookimpl
        def transforms(self) -> list[NamedTransform]:
            return [NamedTransform(name="tidy_email", function=tidy, examples=(("A@b.c", "a@b.c"),))]

    return Mutant


PAIRS: dict[str, tuple[Callable[[Base], Base], set[str]]] = {
    "a field the source does not have": (
        mapping("email: {from: email", "email: {from: telephone"),
        {"compiles", "accounts_for_every_field", "passes_its_own_tests", "maps_a_whole_export"}
        | {"writes_what_the_destination_takes"},
    ),
    "a field nobody decided about": (
        mapping("      Birthday: {from: birthday, type: date}\n", ""),
        {"accounts_for_every_field", "passes_its_own_tests"},
    ),
    "a test that fails": (mapping("expect: {name: Ana Ruiz", "expect: {name: Ana"), {"passes_its_own_tests"}),
    "an example that does not hold": (examples_that_do_not_hold, {"holds_its_examples"}),
    "an object the destination lacks": (mapping("to: contact", "to: patient"), {"writes_what_the_destination_takes"}),
    "a row that ends the survey": (rows_nobody_accounts_for, {"maps_a_whole_export"}),
    "a demonstration of nothing": (a_demonstration_of_nothing, {"makes_its_demonstration"}),
}


@pytest.fixture
def installed(written: Written, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the generated source and destination were installed."""
    classes = {("destination", "trial"): made.connector.Trial, ("source", "box"): written.source.Box}
    for module in ("bridgework.testing.pair.bench", "bridgework.testing.pair.mapped"):
        monkeypatch.setattr(f"{module}.load_class", lambda role, name: classes[role, name])


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", list(PAIRS))
def test_a_broken_pair_turns_exactly_the_intended_tests_red(written: Written, name: str) -> None:
    make, noticed = PAIRS[name]
    source = Source(written.source.Box, {"path": written.export})

    report = check(Pair(make(written.pair.BoxTrial), source=source))

    assert set(report.failed) == noticed, "\n".join(report.lines())


@pytest.mark.usefixtures("installed")
def test_the_pair_they_are_made_from_passes(written: Written) -> None:
    source = Source(written.source.Box, {"path": written.export})
    report = check(Pair(written.pair.BoxTrial, source=source, field_types=frozenset(FieldType)))

    assert report.failed == [], "\n".join(report.lines())


def test_every_standard_test_of_pairs_has_a_pair_that_fails_it() -> None:
    assert {name for _, noticed in PAIRS.values() for name in noticed} == {each.name for each in PAIR.all()}
