"""A compiled mapping: what is loaded in which order, which fields that takes, where every source field goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from bridgework.errors import UsageError
from bridgework.mapping.accounting import FieldAccount
from bridgework.mapping.compiled import CompiledRule, Renamed
from bridgework.mapping.decisions import Decisions
from bridgework.mapping.document import Disposition, Scalar
from bridgework.mapping.loading import Mapping as LoadedMapping
from bridgework.mapping.loading import nearest
from bridgework.mapping.outcome import Outcome, content_hash
from bridgework.mapping.paths import Catalog
from bridgework.mapping.people import owner_people
from bridgework.mapping.running import run_rule
from bridgework.mapping.scope import StagedRows
from bridgework.mapping.session import Session, Surroundings
from bridgework.mapping.settings import MappingSettings, Zones
from bridgework.mapping.wanted import wanted_fields
from bridgework.model import NamedTransform, Person, WantedField, WantedObject


@dataclass(frozen=True)
class SensitiveField:
    """A mapped field that the source marks as sensitive: the mapping gate lists it as approved."""

    rule: str
    label: str
    object: str
    field: str
    sensitivity: str


@dataclass(frozen=True)
class Plan:
    """Made by `compile_mapping`. `rules` are those that take part, in load order."""

    mapping: LoadedMapping
    catalog: Catalog
    rules: Mapping[str, CompiledRule]
    settings: MappingSettings
    decisions: Decisions
    options: Mapping[str, Scalar]
    transforms: Mapping[str, NamedTransform]
    accounts: tuple[FieldAccount, ...]
    zones: Zones
    renamed: tuple[Renamed, ...] = ()

    def prepare(self, staging: StagedRows) -> None:
        """Tell the staging which rows were merged, in the source or by decision. Once, before the first `run`."""
        staging.apply_merges({**dict(staging.declared_merges()), **self._merges(staging)[0]})

    def run(self, rule: str, staging: StagedRows) -> Iterator[Outcome]:
        """Stream what a rule makes of the staged rows: `Mapped`, `Disposed` or `Skipped`, one per row (or group).

        Deterministic: equal rows, mapping and decisions give equal outcomes in equal order. `prepare` comes first.
        """
        return run_rule(self.session(staging), self.rule(rule))

    def rule(self, name: str) -> CompiledRule:
        """The rule of that name; UsageError with the nearest one."""
        if name not in self.rules:
            raise UsageError(
                f"The mapping has no rule {name}{nearest(name, self.rules)}.",
                next_step="name one of the mapping's rules",
            )
        return self.rules[name]

    def at(self, cutover: datetime) -> Plan:
        """The same plan with another cutover: nothing that was compiled depends on it."""
        return replace(self, settings=replace(self.settings, cutover=cutover), zones=self.zones.at(cutover))

    def session(self, staging: StagedRows) -> Session:
        """Caches and lookups for one pass over the staging."""
        merges, links = self._merges(staging)
        around = Surroundings(
            zones=self.zones,
            currency=self.settings.currency,
            facts=self.settings.facts,
            exclusions=self.decisions.exclusions,
            same_person=self.mapping.file.same_person,
            merges=merges,
            links=links,
            people=self.mapping.file.people,
            transforms=self.transforms,
            lengths=self.settings.lengths,
        )
        return Session(staging, self.rules, around)

    def _merges(self, staging: StagedRows) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
        """Decided merges within an object, and those that name the same person in another object."""
        merges: dict[tuple[str, str], str] = {}
        links: dict[tuple[str, str], str] = {}
        for (object_name, key), into in self.decisions.merges.items():
            across = object_name in self.mapping.file.same_person and staging.row(object_name, into) is None
            (links if across else merges)[object_name, key] = into
        return merges, links

    def wanted_fields(self, staging: StagedRows | None = None) -> tuple[WantedField, ...]:
        """Every target field the rules write, one per object and label, with declared, mapped and (with staging)
        observed options; the lowest claim to be optional counts."""
        return wanted_fields(self, staging)

    @cached_property
    def wanted_objects(self) -> tuple[WantedObject, ...]:
        """The objects to make that a rule of this plan writes, in the order of the document."""
        written = {rule.target for rule in self.rules.values() if rule.kind == "target" and not rule.inactive}
        return tuple(
            WantedObject(name=name, label=said.label, plural=said.plural, reason=said.reason)
            for name, said in self.mapping.file.objects.items()
            if name in written
        )

    def owner_people(self, staging: StagedRows) -> list[tuple[Person, int]]:
        """Every distinct value that reaches an owner field, with the team member it resolves to, and how often."""
        return owner_people(self, staging)

    @cached_property
    def unaccounted(self) -> tuple[FieldAccount, ...]:
        """Source fields nobody decided about: they block the mapping gate."""
        return tuple(each for each in self.accounts if each.state == "unaccounted")

    @cached_property
    def unruled(self) -> tuple[str, ...]:
        """Objects of the export whose rows have no rule: they block the mapping gate."""
        ruled = {rule.object for rule in self.rules.values()}
        objects = self.catalog.description.objects
        return tuple(each.name for each in objects if not each.absent and each.name not in ruled)

    @cached_property
    def sensitive(self) -> tuple[SensitiveField, ...]:
        """Mapped fields the source marks as identifiers, clinical text or government ids."""
        found = []
        for account in self.accounts:
            field = self.catalog.field(account.object, account.field)
            if account.state == "mapped" and field is not None and field.sensitivity:
                rule, _, label = account.where[0].partition(": ")
                found.append(SensitiveField(rule, label, account.object, account.field, field.sensitivity))
        return tuple(found)

    def archived_fields(self, object_name: str) -> dict[str, str]:
        """Fields of an object whose values go into the archive only, with the reason."""
        return {
            each.field: each.reason for each in self.accounts if each.object == object_name and each.state == "archived"
        }

    def dispositions(self) -> Iterator[tuple[CompiledRule, Disposition]]:
        """Rules that archive, export, refer to or ask to rebuild rows."""
        for rule in self.rules.values():
            said = getattr(rule.spec, rule.kind, None) if rule.kind not in ("target", "into") else None
            if said is not None:
                yield rule, said

    @cached_property
    def content_hash(self) -> str:
        """Names what the mapping gate approves: rules, options, decisions and settings, not their spelling."""
        settings = self.settings
        objects = {name: said.model_dump(mode="json") for name, said in self.mapping.file.objects.items()}
        computed = {
            name: {
                field: spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                for field, spec in made.items()
            }
            for name, made in self.mapping.file.computed.items()
        }
        return content_hash(
            {
                **({"objects": objects} if objects else {}),
                **({"computed": computed} if computed else {}),
                "rules": {name: self._rule_data(rule) for name, rule in self.rules.items()},
                "order": list(self.rules),
                "options": dict(self.options),
                "lists": self.mapping.file.lists,
                "zones": self.mapping.file.zones,
                "same_person": self.mapping.file.same_person,
                "people": self.mapping.file.people.model_dump(mode="json") if self.mapping.file.people else None,
                "decisions": self.decisions.as_data(),
                "currency": settings.currency,
                "cutover": settings.cutover.isoformat(),
                "time_zone": settings.time_zone,
                "accounts": [[each.object, each.field, each.state] for each in self.accounts],
            }
        )

    @staticmethod
    def _rule_data(rule: CompiledRule) -> dict[str, object]:
        data = rule.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        data["fields"] = {
            field.label: {
                "spec": field.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
                "type": field.type.value,
                "deferred": field.deferred,
            }
            for field in rule.fields
        }
        return data
