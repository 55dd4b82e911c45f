"""Connectors that fail over fields, and over changes of the schema."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from bridgework import hookimpl
from bridgework.model import Created, DestinationSchema, Dropped, Operation, Receipt, SchemaOperation

from .making import Base, altering, noticed_by


@noticed_by("makes_a_field_once")
def makes_a_field_each_time(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def create_schema(self, operation: SchemaOperation) -> Created:
            body = {"object": operation.object, "label": operation.name, "type": str(operation.type)}
            made = self.api.send("POST", "/fields", json=body, for_=operation).json
            return Created(Receipt.of(operation, made["key"], created=True))

    return Mutant


@noticed_by("writes_its_own_fields")
def forgets_dates_in_its_own_fields(base: Base) -> Base:
    def without(body: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in body.items() if not (key.startswith("cf_") and str(value)[:4] == "2026")}

    return altering(base, without)


@noticed_by("drops_a_field")
def only_says_that_a_field_is_dropped(base: Base) -> Base:
    class Mutant(base):
        @hookimpl
        def drop_schema(self, receipt: Receipt) -> Dropped:
            return Dropped()

    return Mutant


@noticed_by("notices_a_drifted_schema")
def leaves_out_fields_that_are_gone(base: Base) -> Base:
    class Mutant(base):
        def save(self, operation: Operation) -> Any:
            there = {field.key for field in self.fields().get(operation.object, ())}
            kept = {k: v for k, v in operation.body.items() if not k.startswith("cf_") or k in there}
            return super().save(replace(operation, body=kept))

    return Mutant


def marks(base: Base) -> Base:
    """A connector that gives a mark of the schema, as it should."""

    class Marking(base):
        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            return replace(super().describe_destination(), mark=self.schema_mark())

        @hookimpl
        def schema_mark(self) -> str:
            return str(sorted(row["key"] for row in self.api.get("/fields").json))

    return Marking


@noticed_by("marks_every_change_of_the_schema")
def marks_no_change(base: Base) -> Base:
    class Mutant(marks(base)):
        @hookimpl
        def schema_mark(self) -> str:
            return "1"

    return Mutant


@noticed_by("marks_every_change_of_the_schema")
def marks_every_question(base: Base) -> Base:
    asked = itertools.count()

    class Mutant(marks(base)):
        @hookimpl
        def schema_mark(self) -> str:
            return str(next(asked))

    return Mutant
