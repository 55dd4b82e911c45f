"""Twenty CRM as a destination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from bridgework import hookimpl
from bridgework.model import (
    Body,
    Capabilities,
    Check,
    Created,
    DestinationSchema,
    Dropped,
    Holder,
    Kept,
    Operation,
    Owner,
    Present,
    Receipt,
    SchemaOperation,
    Service,
    StoredRecord,
    UndoResult,
    Value,
    WantedField,
    WantedObject,
    WriteResult,
)
from bridgework_twenty import capabilities, checks, describing, limits, reading, schema, uniqueness, wire
from bridgework_twenty import settings as account
from bridgework_twenty.catalogue import Catalogue
from bridgework_twenty.members import members
from bridgework_twenty.workspace import workspace
from bridgework_twenty.writing import Writer

if TYPE_CHECKING:
    from bridgework.client import ApiClient

_TIMEOUT = 90.0  # seconds; a batch of 200 took up to 7 where four ran side by side


class Twenty:
    """Loads a Twenty workspace through its API. Holds no policy: pace, doubt and order belong to the engine."""

    Settings: ClassVar[type[account.Settings]] = account.Settings
    capabilities: Capabilities = capabilities.CAPABILITIES

    def __init__(self, settings: account.Settings, api: ApiClient) -> None:
        self.settings = settings
        self.capabilities = capabilities.capabilities(settings)
        self._api = api
        self._catalogue = Catalogue(api)
        self._writer = Writer(api, self._catalogue, settings)

    @classmethod
    def services(cls, settings: account.Settings) -> tuple[Service, ...]:
        """The one API: records, metadata and files share host and key."""
        return (
            Service(
                base_url=settings.base_url,
                headers={"authorization": f"Bearer {settings.api_key.get_secret_value()}"},
                budgets=limits.budgets(settings.plan, settings.calls_per_minute),
                charges=limits.charges,
                judge=limits.judge,
                plain_http=settings.allow_http,
                timeout=_TIMEOUT,
            ),
        )

    @hookimpl
    def check_destination(self) -> list[Check]:
        self._catalogue.forget()
        return list(checks.run(self._api, self._catalogue, self.settings))

    @hookimpl
    def describe_destination(self) -> DestinationSchema:
        self._catalogue.forget()
        return describing.schema(self._catalogue, self.settings, workspace(self._api))

    @hookimpl
    def schema_mark(self) -> str:
        return workspace(self._api).version

    @hookimpl
    def plan_schema(
        self, wanted: Sequence[WantedField], present: DestinationSchema, objects: Sequence[WantedObject]
    ) -> list[SchemaOperation]:
        return schema.plan(wanted, present, objects)

    @hookimpl
    def create_schema(self, operation: SchemaOperation) -> Created | Present:
        return schema.create(self._api, self._catalogue, operation)

    @hookimpl
    def drop_schema(self, receipt: Receipt) -> Dropped | Kept:
        return schema.drop(self._api, self._catalogue, receipt)

    @hookimpl
    def list_owners(self) -> list[Owner]:
        return members(self._api, self._catalogue)

    @hookimpl
    def write(self, batch: Sequence[Operation]) -> Iterator[WriteResult]:
        return self._writer.write(batch)

    @hookimpl
    def upload(self, files: Sequence[Operation]) -> Iterator[WriteResult]:
        return self._writer.upload(files)

    @hookimpl
    def undo(self, operations: Sequence[Operation]) -> Iterator[UndoResult]:
        return self._writer.undo(operations)

    @hookimpl
    def restore(self, operations: Sequence[Operation]) -> Iterator[WriteResult]:
        return self._writer.restore(operations)

    @hookimpl
    def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
        return reading.read(self._api, self._catalogue, object_name, ids)

    @hookimpl
    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        return reading.scan(self._api, self._catalogue, object_name, since)

    @hookimpl
    def holders(self, object_name: str, field: str, values: Sequence[Value]) -> Iterator[Holder]:
        kind = self._catalogue.kind(object_name)
        return uniqueness.holders(self._api, kind, field, values, self.settings.phone_region)

    @hookimpl
    def normalise(self, object_name: str, bodies: Sequence[Mapping[str, Value]]) -> list[Body]:
        kind = self._catalogue.kind(object_name)
        return [wire.predicted(kind, body, self.settings.phone_region) for body in bodies]
