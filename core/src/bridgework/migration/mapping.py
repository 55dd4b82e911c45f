"""The mapping of an open migration: its documents, what they are compiled against, and their tests."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bridgework.errors import MappingError, UsageError
from bridgework.mapping import (
    Decisions,
    Lengths,
    Mapping,
    MappingSettings,
    Plan,
    TestResult,
    compile_mapping,
    content_hash,
    load_mapping,
    run_mapping_tests,
)
from bridgework.model import FieldType
from bridgework.plugins import installed

if TYPE_CHECKING:
    from bridgework.migration.migration import Migration


class MappingInUse:
    """Everything is read when it is asked for first, and kept; `Migration.forget_mapping` begins anew."""

    def __init__(self, migration: Migration) -> None:
        self._migration = migration

    @property
    def pair_texts(self) -> list[tuple[str, str]]:
        """The pair's mapping document under its name; nothing where no pair brings one."""
        project = self._migration.project
        return [(f"{project.pair}/mapping.yaml", self._migration.hooks.mapping())] if project.has_pair else []

    @cached_property
    def loaded(self) -> Mapping:
        """The pair's mapping document with the migration's own over it. UsageError if there is neither."""
        texts, own = self.pair_texts, self._migration.project.mapping_file
        if not texts and not own.exists():
            raise UsageError(
                "There is no mapping yet: no pair brings one, and none was proposed.",
                cause="no_mapping",
                next_step="bridgework plan",
            )
        if own.exists():
            texts.append((own.name, _own_mapping(own)))
        return load_mapping(texts)

    @cached_property
    def decisions(self) -> Decisions:
        """What people decided about findings, as far as it changes what is loaded."""
        last = self._migration.journal.last_event("decisions")
        if last is None:
            return Decisions()
        merges = {(name, key): into for name, key, into in last.payload["merges"]}
        return Decisions(frozenset((name, key) for name, key in last.payload["exclusions"]), merges)

    @cached_property
    def settings(self) -> MappingSettings:
        """What the mapping knows about the migration. UsageError without a currency."""
        section = self._migration.project.file.migration
        if not section.currency:
            raise UsageError(
                "The currency of all amounts is not set.", next_step='set currency = "USD" under [migration]'
            )
        description, capabilities = self._migration.staging.description, self._migration.capabilities
        return MappingSettings(
            currency=section.currency,
            cutover=self._migration.cutover,
            time_zone=description.time_zone,
            options=section.options,
            field_types=capabilities.field_types,
            label_length=capabilities.field_name_length,
            option_length=capabilities.option_length,
            reserved_labels=capabilities.reserved_labels,
            lengths=Lengths(capabilities.short_text_length, capabilities.long_text_length),
            made_short=frozenset(
                (each.object, each.name)
                for each in self._migration.journal.receipts()
                if each.kind == "field" and each.type is FieldType.TEXT
            ),
            facts=description.facts,
        )

    @cached_property
    def plan(self) -> Plan:
        """The mapping compiled against the staged data and the decisions, which the staging follows from now on."""
        plan = self.compile()
        plan.prepare(self._migration.staging)
        return plan

    def compile(self) -> Plan:
        """The mapping compiled; nothing else knows of it."""
        hooks = self._migration.hooks
        return compile_mapping(
            self.loaded,
            self._migration.staging.description,
            settings=self.settings,
            transforms=hooks.transforms().values(),
            decisions=self.decisions,
            hints=hooks.load_order(tuple(self.loaded.file.rules)),
        )

    @cached_property
    def tests(self) -> list[TestResult]:
        """The mapping's own tests, run once per command."""
        results = run_mapping_tests(
            self.loaded,
            self._migration.staging.description,
            settings=self.settings,
            transforms=self._migration.hooks.transforms().values(),
        )
        if not self._migration.looking:
            failed = sum(not each.passed for each in results)
            self._migration.journal.event("mapping_tested", of=self._tested, failed=failed)
        return results

    @property
    def failing_tests(self) -> int:
        """How many of the mapping's own tests fail. They run again when anything they depend on is another than when
        they last ran: the mapping, the source's description, the settings, the installed packages."""
        last = self._migration.journal.last_event("mapping_tested")
        if last is not None and last.payload["of"] == self._tested:
            return int(last.payload["failed"])
        return sum(not each.passed for each in self.tests)

    @property
    def _tested(self) -> str:
        settings = self.settings
        return content_hash(
            {
                "texts": [text.data for text in self.loaded.texts],
                "extract": self._migration.staging.fingerprint,
                "settings": [settings.currency, settings.cutover.isoformat(), dict(settings.options)],
                "packages": [[each.role, each.name, each.version] for each in installed()],
            }
        )


def _own_mapping(path: Path) -> str:
    """The text of the migration's own mapping.yaml. MappingError if it is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        problem = f"{path.name}:1: not UTF-8 text"
    except OSError as error:
        problem = f"{path.name}:1: cannot be read ({error.strerror})"
    raise MappingError(f"{problem}.", problems=(problem,), next_step=f"save {path.name} as UTF-8 text")
