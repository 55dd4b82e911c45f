"""A small practice in memory: enough objects to exercise every word a mapping knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bridgework.mapping import (
    Decisions,
    Disposed,
    Mapped,
    MappingSettings,
    MemoryStaging,
    Outcome,
    Plan,
    Skipped,
    compile_mapping,
    load_mapping,
)
from bridgework.model import FieldType, NamedTransform, Reference, SourceDescription, SourceField, SourceObject

CUTOVER = datetime(2026, 6, 15, 18, 0, tzinfo=UTC)
T = FieldType


def fields(**types: FieldType) -> tuple[SourceField, ...]:
    return tuple(SourceField(name=name, type=kind) for name, kind in types.items())


CLIENTS = SourceObject(
    name="clients",
    fields=(
        *fields(
            id=T.TEXT, number=T.TEXT, first=T.TEXT, last=T.TEXT, email=T.TEXT, born=T.DATE, status=T.TEXT,
            parent=T.REFERENCE, office=T.REFERENCE, owner=T.REFERENCE, mergedInto=T.TEXT, deletedAt=T.INSTANT,
            vip=T.BOOLEAN, score=T.NUMBER,
        ),
        SourceField(name="own.tier", type=T.CHOICE, label="Tier", options=("Gold",), custom=True),
        SourceField(name="own.ssn", type=T.TEXT, label="SSN", custom=True),
        SourceField(name="own.remark", type=T.TEXT, label="Remark", custom=True),
    ),
    references=(
        Reference(field="parent", object="clients"),
        Reference(field="office", object="offices"),
        Reference(field="owner", object="team"),
    ),
    merged_into="mergedInto",
    deleted="deletedAt",
)  # fmt: skip
OFFICES = SourceObject(name="offices", fields=fields(id=T.TEXT, name=T.TEXT, brand=T.TEXT, active=T.BOOLEAN))
TEAM = SourceObject(name="team", fields=fields(id=T.TEXT, name=T.TEXT, email=T.TEXT))
VISITS = SourceObject(
    name="visits",
    fields=fields(
        id=T.TEXT, client=T.REFERENCE, start=T.LOCAL_INSTANT, zone=T.TEXT, status=T.TEXT, minutes=T.INTEGER, work=T.DATA
    ),
    references=(Reference(field="client", object="clients"),),
)
ENTRIES = SourceObject(
    name="entries",
    fields=fields(id=T.TEXT, number=T.REFERENCE, printed=T.TEXT, amount=T.MONEY, kind=T.TEXT, posted=T.DATE),
    references=(Reference(field="number", object="clients", to="number", name="printed", to_name=("last", "first")),),
)
DESCRIPTION = SourceDescription(
    objects=(CLIENTS, OFFICES, TEAM, VISITS, ENTRIES), generated_at=CUTOVER, time_zone="America/Denver"
)
CLIENT_RULE = """
rules:
  clients:
    from: clients
    to: person
    fields:
      name: {text: "{first} {last}"}
"""


def settings(**changes: Any) -> MappingSettings:
    given = {"currency": "USD", "cutover": CUTOVER, "time_zone": "America/Denver", **changes}
    return MappingSettings(**given)


def compiled(
    text: str,
    *,
    description: SourceDescription = DESCRIPTION,
    transforms: Iterable[NamedTransform] = (),
    decisions: Decisions | None = None,
    **changes: Any,
) -> Plan:
    return compile_mapping(
        load_mapping([("mapping.yaml", text)]),
        description,
        settings=settings(**changes),
        transforms=transforms,
        decisions=decisions,
    )


def run(plan: Plan, rule: str, rows: dict[str, list[dict[str, Any]]]) -> list[Outcome]:
    staging = MemoryStaging(plan.catalog.description, rows)
    plan.prepare(staging)
    return list(plan.run(rule, staging))


def bodies(plan: Plan, rule: str, rows: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return {each.key: each.body for each in run(plan, rule, rows) if isinstance(each, Mapped)}


def field_value(spec: str, rows: dict[str, list[dict[str, Any]]], **changes: Any) -> Any:
    """What one field of the first client becomes."""
    plan = compiled(f"{CLIENT_RULE}      Tried: {spec}\n", **changes)
    made = run(plan, "clients", rows)[0]
    assert isinstance(made, Mapped), made
    return {**made.body, **made.deferred}.get("Tried")


def reasons(outcomes: Iterable[Outcome]) -> dict[str, str]:
    return {each.key: each.reason for each in outcomes if isinstance(each, Skipped)}


def endings(outcomes: Iterable[Outcome]) -> dict[str, Disposed]:
    return {each.key: each for each in outcomes if isinstance(each, Disposed)}


def client(key: str = "c1", **values: Any) -> dict[str, Any]:
    return {"id": key, "number": f"n-{key}", "first": "Ana", "last": "Ruiz", **values}
