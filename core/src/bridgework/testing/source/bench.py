"""The bench on which the standard tests of sources work."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridgework.connection import Surroundings
from bridgework.journal import Journal
from bridgework.migration import Migration
from bridgework.model import Capabilities, FieldType, SourceDescription, SourceObject, SourceRecord
from bridgework.plugins import Hooks, Registered, load_class, settings_model
from bridgework.project import Keys, create_project
from bridgework.settings import connector_settings
from bridgework.testing.standins import NAME, NoPair, no_destination
from bridgework.testing.subjects import Source

ANYTHING = Capabilities(objects=(), field_types=frozenset(FieldType))
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class SourceBench:
    """Makes connectors for one standard test."""

    subject: Source
    folder: Path
    large: bool = False

    def connector(self, settings: Mapping[str, Any] | None = None) -> Any:
        """The connector with its settings (or these)."""
        cls = self.subject.plugin
        given = self.subject.settings if settings is None else settings
        return cls(connector_settings(settings_model(cls), plain(given), where="source"))

    def hooks(self, settings: Mapping[str, Any] | None = None) -> Hooks:
        """The connector behind typed methods."""
        return Hooks([Registered("source", self.subject.label, self.subject.label, self.connector(settings))])

    def described(self) -> tuple[Hooks, SourceDescription, list[SourceObject]]:
        """The connector, its description, and the objects the export holds."""
        hooks = self.hooks()
        found = hooks.describe_source()
        return hooks, found, [each for each in found.objects if not each.absent and not each.nested_in]

    def rows(self) -> Iterator[tuple[SourceObject, list[SourceRecord]]]:
        """Every object with all of its rows."""
        hooks, _, objects = self.described()
        for each in objects:
            yield each, list(hooks.extract(each.name))


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as migration.toml would have them."""
    return {key: str(value) if isinstance(value, Path) else value for key, value in settings.items()}


@contextmanager
def staged(
    subject: Source,
    folder: Path,
    *,
    pair: type[Any] = NoPair,
    capabilities: Capabilities = ANYTHING,
    options: Mapping[str, Any] = NOTHING,
    currency: str = "USD",
) -> Iterator[Migration]:
    """A migration of that source by that pair, not connected to a destination."""
    keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(32), place="memory")
    classes = {"source": subject.plugin, "pair": pair, "destination": no_destination(capabilities)}
    around = Surroundings(
        plugin=lambda role, name: classes[role] if role in classes else load_class(role, name),
        keys=lambda migration: keys,
    )
    migration = {"currency": currency, **({"options": dict(options)} if options else {})}
    sections = {"migration": migration, "source": plain(subject.settings), "destination": {}, "owners": {}, "run": {}}
    project = create_project(folder, source=pair.source, destination=pair.destination, pair=NAME, sections=sections)
    Journal.create(project.journal_file, keys.journal, project.id).close()
    with Migration.open(project.folder, around=around) as opened:
        yield opened
