"""The account as it is now: objects, fields, pipelines, stages, activity types and visible limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridgework.model import AccountLimits, DestinationSchema, Option, TargetField, TargetObject
from bridgework_pipedrive.catalogue import ACTIVITY_TYPES, PIPELINES, STAGES, Catalogue
from bridgework_pipedrive.fields import options
from bridgework_pipedrive.limits import PLANS, deal_cap
from bridgework_pipedrive.objects import ACTIVITY, DEAL, OBJECTS, ORGANIZATION, PERSON, BuiltIn, ObjectType
from bridgework_pipedrive.settings import Settings


def schema(catalogue: Catalogue, settings: Settings, me: Mapping[str, Any]) -> DestinationSchema:
    """Everything a mapping can name in this account. `me` is the user of the token, with its company."""
    return DestinationSchema(
        account=str(me["company_id"]),
        account_label=str(me.get("company_name") or me.get("company_domain") or ""),
        objects=tuple(_object(catalogue, settings, kind) for kind in OBJECTS.values()),
        limits=AccountLimits(
            tier=settings.plan,
            custom_fields=PLANS[settings.plan].custom_fields,
            custom_fields_used=custom_fields_used(catalogue),
            records={"deal": deal_cap(settings.plan, settings.seats)},
        ),
    )


def custom_fields_used(catalogue: Catalogue) -> int:
    """Custom fields that count against the plan, as far as the lists we read show them."""
    listed = (PERSON, ORGANIZATION, DEAL, ACTIVITY)
    return sum(1 for kind in listed for row in catalogue.rows(kind.fields_path) if row.get("is_custom_field"))


def _object(catalogue: Catalogue, settings: Settings, kind: ObjectType) -> TargetObject:
    built_in = tuple(_built_in(catalogue, settings, kind, field) for field in kind.built_in)
    return TargetObject(
        name=kind.name,
        label=kind.label,
        fields=(*built_in, *catalogue.custom(kind.name).values()),
        custom_fields_possible=kind.custom,
    )


def _built_in(catalogue: Catalogue, settings: Settings, kind: ObjectType, field: BuiltIn) -> TargetField:
    target = field.target
    if field.key == "labels":
        row = catalogue.label_field(kind.name)
        return replace(target, options=options(row) if row else (), extensible=settings.labels and row is not None)
    if (kind, field.key) == (DEAL, "pipeline"):
        return replace(target, options=pipelines(catalogue), extensible=True)
    if (kind, field.key) == (DEAL, "stage"):
        return replace(target, options=stages(catalogue), extensible=True)
    if (kind, field.key) == (ACTIVITY, "type"):
        return replace(target, options=activity_types(catalogue), extensible=True)
    if (kind, field.key) == (ACTIVITY, "priority"):
        row = catalogue.priority_field()
        return replace(target, options=options(row) if row else ())
    return target


def pipelines(catalogue: Catalogue) -> tuple[Option, ...]:
    """All pipelines, in their order."""
    rows = sorted(catalogue.rows(PIPELINES), key=lambda row: (row.get("order_nr") or 0, row["id"]))
    return tuple(Option(str(row["id"]), str(row["name"])) for row in rows)


def stages(catalogue: Catalogue) -> tuple[Option, ...]:
    """All stages in their order, each under the label of its pipeline."""
    names = {option.key: option.label for option in pipelines(catalogue)}
    rows = sorted(catalogue.rows(STAGES), key=lambda row: (row["pipeline_id"], row.get("order_nr") or 0, row["id"]))
    return tuple(
        Option(str(row["id"]), str(row["name"]), under=names[str(row["pipeline_id"])])
        for row in rows
        if str(row["pipeline_id"]) in names
    )


def activity_types(catalogue: Catalogue) -> tuple[Option, ...]:
    """All types by name, and once more by key: names are in the language of the account, keys of built-in ones not."""
    rows = catalogue.rows(ACTIVITY_TYPES)
    named = [Option(str(row["key_string"]), str(row["name"])) for row in rows]
    taken = {option.label for option in named}
    return (*named, *(Option(option.key, option.key) for option in named if option.key not in taken))
