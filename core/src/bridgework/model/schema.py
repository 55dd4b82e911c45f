"""The destination as it is, what the mapping wants of it, and what became of each change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Literal

from bridgework.model.values import FieldType


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice field. `under` is the option of the parent field it belongs to (a stage's pipeline)."""

    key: str
    label: str
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetField:
    """One field of a destination object. Pipelines, stages and record types are choice fields with options."""

    key: str  # the destination's own name on the wire
    label: str
    type: FieldType
    options: tuple[Option, ...] = ()
    max_length: int | None = None
    required: bool = False
    custom: bool = False
    unique: bool = False
    reference: str = ""  # object a reference points to
    settable: Literal["always", "create", "never"] = "always"
    extensible: bool = False  # options can be added


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetObject:
    """What the destination calls a thing, as it is in this account now."""

    name: str
    label: str
    fields: tuple[TargetField, ...]
    custom_fields_possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimits:
    """Limits of this account as far as they are visible or declared; `None` is unknown or unlimited."""

    tier: str = ""
    custom_fields: int | None = None  # of all objects together
    custom_fields_used: int = 0
    records: Mapping[str, int] = made_by(default_factory=dict)  # object -> cap
    records_used: Mapping[str, int] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationSchema:
    """The destination as it is now. `account` names the account (company id), the same in every run.

    `mark` is what the `schema_mark` hook gave when the schema was read, or right before; empty without that hook.
    """

    account: str
    account_label: str
    objects: tuple[TargetObject, ...]
    limits: AccountLimits = AccountLimits()
    mark: str = ""

    def object(self, name: str) -> TargetObject:
        """The object of that name; KeyError if there is none."""
        for candidate in self.objects:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedField:
    """A field the mapping writes, and the option labels it needs. `optional` ranks what to drop first (1 = first).

    `whole` has the whole label of each option that is shortened because the destination takes no longer ones. `also`
    are further objects that its references lead to: a field that is made refers to one.
    """

    object: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()
    under: str = ""  # option of the parent field these options belong to
    reference: str = ""
    also: tuple[str, ...] = ()
    optional: int | None = None
    reason: str = ""
    whole: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedObject:
    """An object the mapping writes that the destination does not have by itself. `plural` is the label of many."""

    name: str
    label: str
    plural: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOperation:
    """One change of the destination's schema: create an object, a field with its options, or one option.

    `kind` is ``object``, ``field``, ``option`` or a word of the connector's own for a vendor-only step.
    """

    kind: str
    object: str
    name: str  # label of the object, the field or the option
    field: str = ""  # for an option: label of its field
    type: FieldType | None = None
    options: tuple[str, ...] = ()
    under: str = ""
    reference: str = ""
    reason: str = ""
    details: Mapping[str, str] = made_by(default_factory=dict)

    @property
    def identity(self) -> str:
        """Names the operation in the journal: the same in every run."""
        return "/".join((self.kind, self.object, self.field, self.under, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What exists in the destination for a schema operation, with the destination's own keys.

    `options` maps option labels to keys. `created` is false when it was there before us: never dropped by rollback.
    """

    kind: str
    object: str
    name: str
    key: str
    field: str = ""
    under: str = ""
    type: FieldType | None = None
    options: Mapping[str, str] = made_by(default_factory=dict)
    created: bool = True

    @classmethod
    def of(
        cls, operation: SchemaOperation, key: str, *, created: bool, options: Mapping[str, str] | None = None
    ) -> Receipt:
        """The receipt for an operation: what it is about, and the key of what is there now."""
        return cls(
            kind=operation.kind,
            object=operation.object,
            name=operation.name,
            key=key,
            field=operation.field,
            under=operation.under,
            type=operation.type,
            options=options or {},
            created=created,
        )


@dataclass(frozen=True, slots=True)
class Created:
    """`create_schema`: made by this call."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Present:
    """`create_schema`: was there already and fits."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class NotYet:
    """`create_schema`: the destination is still working on it; the engine asks again after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """`drop_schema`: gone (or was gone already)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`drop_schema`: left in place, and why."""

    reason: str
