"""The bench on which the standard tests of pairs work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridgework.errors import PluginNotFound
from bridgework.mapping import Mapping, MappingSettings, Plan, compile_mapping, load_mapping
from bridgework.model import Capabilities, FieldType, NamedTransform, SourceDescription
from bridgework.plugins import Hooks, Registered, load_class
from bridgework.testing.source.bench import SourceBench
from bridgework.testing.standards import NotApplicable
from bridgework.testing.subjects import Pair, Source


@dataclass(frozen=True, slots=True)
class PairBench:
    """Compiles the mapping for one standard test."""

    subject: Pair
    folder: Path
    large: bool = False

    def hooks(self) -> Hooks:
        """The pair, with the extensions it requires, behind typed methods."""
        cls = self.subject.plugin
        extensions = [
            Registered("extension", name, name, load_class("extension", name)())
            for name in getattr(cls, "requires", ())
        ]
        return Hooks([*extensions, Registered("pair", self.subject.label, self.subject.label, cls())])

    def mapping(self) -> Mapping:
        """The mapping document."""
        return load_mapping([("mapping.yaml", self.hooks().mapping())])

    def transforms(self) -> Sequence[NamedTransform]:
        """The named transforms of the pair and of its extensions."""
        return tuple(self.hooks().transforms().values())

    def source(self) -> Source:
        """The source with an export. NotApplicable if the fixture names none."""
        if self.subject.source is None:
            raise NotApplicable("the fixture names no source with an export (`source`)")
        return self.subject.source

    def description(self) -> SourceDescription:
        """What the source holds: as the fixture describes it, else as the source does."""
        if self.subject.description is not None:
            return self.subject.description
        return SourceBench(self.source(), self.folder).hooks().describe_source()

    def settings(self) -> MappingSettings:
        """What the mapping knows about a migration."""
        description = self.description()
        return MappingSettings(
            currency=self.subject.currency,
            cutover=description.generated_at,
            time_zone=description.time_zone,
            options=dict(self.subject.options),
            field_types=self.field_types(),
            facts=description.facts,
        )

    def field_types(self) -> frozenset[FieldType]:
        """The types the destination takes: as the fixture says, else those of the installed one, else all."""
        if self.subject.field_types is not None:
            return self.subject.field_types
        capabilities = self.capabilities()
        return frozenset(FieldType) if capabilities is None else capabilities.field_types

    def capabilities(self) -> Capabilities | None:
        """What the destination can do; None if it is not installed."""
        try:
            found: Capabilities = load_class("destination", self.subject.plugin.destination).capabilities
        except PluginNotFound:
            return None
        return found

    def plan(self) -> Plan:
        """The mapping, compiled against the description."""
        return compile_mapping(
            self.mapping(), self.description(), settings=self.settings(), transforms=self.transforms()
        )
