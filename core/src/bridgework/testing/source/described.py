"""A source says what it holds, and refuses what is not an export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from bridgework.errors import BadInput, BridgeworkError, SettingsError
from bridgework.plugins import settings_model
from bridgework.testing.source.bench import SourceBench
from bridgework.testing.standards import NotApplicable, Standards, fail, require

STANDARDS = Standards()


@STANDARDS.required
def describes_the_export_steadily(bench: SourceBench) -> None:
    """The description is the same each time, dated with a zone, and in a time zone that exists."""
    first, again = bench.hooks().describe_source(), bench.hooks().describe_source()
    require(first == again, "the export is described in another way each time.")
    require(first.generated_at.tzinfo is not None, "`generated_at` carries no zone.")
    require(first.time_zone in available_timezones(), f"there is no time zone {first.time_zone!r}.")
    undescribed = [
        name for name, info in settings_model(bench.subject.plugin).model_fields.items() if not info.description
    ]
    require(not undescribed, f"the setting {', '.join(undescribed)} has no description.")


@STANDARDS.required
def describes_a_sound_model(bench: SourceBench) -> None:
    """Names are there once; keys, references and nesting name what exists."""
    _, found, present = bench.described()
    require(present, "the export holds no object.")
    objects = {each.name: each for each in found.objects}
    require(len(objects) == len(found.objects), "two objects have one name.")
    for each in found.objects:
        names = Counter(field.name for field in each.fields)
        twice = [name for name, count in names.items() if count > 1]
        require(not twice, f"{each.name} has two fields called {', '.join(twice)}.")
        if each.absent:
            continue
        unknown = [name for name in each.key if name not in names]
        require(not unknown, f"the key of {each.name} names {', '.join(unknown)}, which is no field of it.")
        for reference in each.references:
            require(reference.field in names, f"{each.name} refers by {reference.field}, which is no field of it.")
            require(reference.object in objects, f"{each.name} refers to {reference.object}, which is not described.")
        require(each.nested_in in ("", *objects), f"{each.name} is nested in {each.nested_in}, which is not described.")


@STANDARDS.required
def refuses_a_bad_export(bench: SourceBench) -> None:
    """An export that is missing or damaged is refused with `BadInput` and a next step, before a row is read."""
    for settings in _broken(bench):
        try:
            bench.hooks(settings).describe_source()
        except SettingsError:
            continue
        except BadInput as refused:
            require(refused.next_step, "the refusal of a bad export names no next step.")
        except BridgeworkError as other:
            fail(f"a bad export is refused with {type(other).__name__} instead of `BadInput`: {other.message}")
        else:
            fail("a bad export is described as if it were a good one.")


def _broken(bench: SourceBench) -> list[Mapping[str, Any]]:
    """The settings that point at something bad: as the fixture says, else a folder that is empty and none at all."""
    if bench.subject.broken:
        return [bench.subject.broken]
    if "path" not in bench.subject.settings:
        raise NotApplicable("the fixture names no settings that point at something bad (`broken`)")
    empty = bench.folder / "empty"
    empty.mkdir()
    return [{**bench.subject.settings, "path": place} for place in (empty, bench.folder / "nowhere")]
