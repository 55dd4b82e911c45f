"""The workspace as it is now: its objects and their fields."""

from __future__ import annotations

from bridgework.model import AccountLimits, DestinationSchema, TargetObject
from bridgework_twenty.catalogue import Catalogue, Kind
from bridgework_twenty.settings import Settings
from bridgework_twenty.workspace import Workspace


def schema(catalogue: Catalogue, settings: Settings, found: Workspace) -> DestinationSchema:
    """Everything a mapping can name in this workspace."""
    objects = tuple(map(_object, catalogue.fillable()))
    own = sum(field.custom for each in objects for field in each.fields)
    return DestinationSchema(
        account=found.id,
        account_label=found.name,
        objects=objects,
        limits=AccountLimits(tier=settings.plan, custom_fields_used=own),
        mark=found.version,
    )


def _object(kind: Kind) -> TargetObject:
    return TargetObject(
        name=kind.name,
        label=kind.label,
        fields=tuple(field.target for field in kind.fields.values()),
        custom_fields_possible=kind.standard is None or kind.standard.records,
    )
