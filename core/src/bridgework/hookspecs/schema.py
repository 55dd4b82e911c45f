# mypy: disable-error-code=empty-body
# Hook specs have no bodies: pluggy reads their signatures and people read their docstrings.
"""What the destination has, and what is made there before records come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridgework.hookspecs.marks import hookspec
from bridgework.model import (
    Check,
    Created,
    DestinationSchema,
    Dropped,
    Kept,
    NotYet,
    Present,
    Receipt,
    SchemaOperation,
    WantedField,
    WantedObject,
)


@hookspec("destination", first=True, required=True)
def describe_destination() -> DestinationSchema | None:
    """Describe the account as it is now: objects, fields, options, visible limits.

    Called by `check`, `plan`, `schema` and at the start of every loading stage. Only reads.

    :raises AccessDenied: the token is wrong or lacks a right.

    Example::

        @hookimpl
        def describe_destination(self) -> DestinationSchema:
            me = self.api.get("/me").json
            return DestinationSchema(account=me["company"], account_label=me["name"], objects=tuple(self.objects()))

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def schema_mark() -> str | None:
    """Give a mark of the account's schema that is another one after every change of it.

    Asked while records are loaded, before each rule and every thousand records: one cheap request. Another mark than
    that of `DestinationSchema.mark` makes the engine read the schema again, and stop the objects of which a field that
    the mapping writes is gone or changed. Without it drift is noticed by refusals and samples.

    Example::

        @hookimpl
        def schema_mark(self) -> str:
            return str(self.api.get("/me").json["schema_version"])

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def check_destination() -> Iterable[Check] | None:
    """Say whether token, rights and settings are good enough for a migration.

    Called by `check`. Only reads; answers lines with a next step instead of raising where it can.

    Example::

        @hookimpl
        def check_destination(self) -> list[Check]:
            return [Check(name="token", ok=self.api.get("/me").ok, detail="belongs to an administrator")]

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True)
def plan_schema(
    wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject]
) -> Sequence[SchemaOperation] | None:
    """Turn wanted objects and fields into ordered operations, vendor-only steps included.

    Called by `plan`. The core's default makes one operation per missing object, field and option, objects first.
    A connector that needs more (a marker field, a publisher) answers itself and may build on
    `bridgework.default_schema_plan(wanted, present, objects)`. One without `Capabilities.new_objects` leaves `objects`
    out of its signature: it is never given any.

    Repeatable: yes, it computes only.

    Example::

        @hookimpl
        def plan_schema(self, wanted, present):
            return default_schema_plan([*self.marker_fields(), *wanted], present)

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True, required=True)
def create_schema(operation: SchemaOperation) -> Created | Present | NotYet | None:
    """Carry out one schema operation, or find what fits it.

    Called by `schema --apply` once per operation, in order, after an intent for it is durable; called again after a
    crash. Get or create: look for something of the same object, name and type first (`Present`).

    :raises UsageError: the account refuses, for example because a limit of the plan is reached.

    Repeatable: yes, must be.

    Example::

        @hookimpl
        def create_schema(self, operation):
            if there := self.field_named(operation.object, operation.name):
                return Present(Receipt.of(operation, there, created=False))
            made = self.api.send("POST", f"/{operation.object}Fields", json={"name": operation.name}, for_=operation)
            return Created(Receipt.of(operation, made.json["key"], created=True))

    .. versionadded:: 0.1
    """


@hookspec("destination", first=True, required=True)
def drop_schema(receipt: Receipt) -> Dropped | Kept | None:
    """Remove what `create_schema` created.

    Called by `rollback --schema` in reverse order, only for receipts with `created` true.

    Repeatable: yes; what is gone already is `Dropped`.

    Example::

        @hookimpl
        def drop_schema(self, receipt: Receipt) -> Dropped | Kept:
            self.api.send("DELETE", f"/{receipt.object}Fields/{receipt.key}", for_=receipt)
            return Dropped()

    .. versionadded:: 0.1
    """
