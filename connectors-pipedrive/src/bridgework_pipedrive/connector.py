"""Pipedrive as a destination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from bridgework import hookimpl
from bridgework.model import (
    Body,
    Capabilities,
    Check,
    Created,
    DestinationSchema,
    Dropped,
    Found,
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
    WriteResult,
)
from bridgework_pipedrive import checks, describing, finding, limits, login, predicted, reading, schema
from bridgework_pipedrive import settings as account
from bridgework_pipedrive.capabilities import CAPABILITIES
from bridgework_pipedrive.catalogue import Catalogue
from bridgework_pipedrive.fields import KEY
from bridgework_pipedrive.objects import OBJECTS
from bridgework_pipedrive.refusals import data
from bridgework_pipedrive.writing import Writer

if TYPE_CHECKING:
    from bridgework.client import ApiClient

USERS = "/api/v1/users"


class Pipedrive:
    """Loads a Pipedrive account through its API. Holds no policy: pace, doubt and order belong to the engine."""

    Settings: ClassVar[type[account.Settings]] = account.Settings
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: account.Settings, api: ApiClient) -> None:
        self.settings = settings
        self._api = api
        self._catalogue = Catalogue(api)
        self._writer = Writer(api, self._catalogue, settings)

    @classmethod
    def services(cls, settings: account.Settings) -> tuple[Service, ...]:
        """The one API: v1 and v2 share host, token and budgets."""
        refusals = limits.Refusals()
        return (
            Service(
                base_url=settings.base_url,
                headers=login.headers(settings),
                sign_in=login.sign_in(settings),
                budgets=limits.budgets(
                    settings.plan,
                    settings.seats,
                    oauth=settings.oauth,
                    post_cap=settings.posts_are_capped,
                    reset_utc_hour=settings.daily_reset_utc_hour,
                ),
                charges=partial(limits.charges, post_cap=settings.posts_are_capped),
                learn=refusals.learn,
                throttle=refusals.explain,
                hosts=("pipedrive.com",),
            ),
        )

    @hookimpl
    def check_destination(self) -> list[Check]:
        return list(checks.run(self._api, self.settings))

    @hookimpl
    def describe_destination(self) -> DestinationSchema:
        self._catalogue.forget()
        return describing.schema(self._catalogue, self.settings, checks.user_of_token(self._api))

    @hookimpl
    def plan_schema(self, wanted: Sequence[WantedField], present: DestinationSchema) -> list[SchemaOperation]:
        return schema.plan(wanted, present, self.settings)

    @hookimpl
    def create_schema(self, operation: SchemaOperation) -> Created | Present:
        return schema.create(self._api, self._catalogue, self.settings, operation)

    @hookimpl
    def drop_schema(self, receipt: Receipt) -> Dropped | Kept:
        return schema.drop(self._api, self._catalogue, receipt)

    @hookimpl
    def list_owners(self) -> list[Owner]:
        users = data(self._api.get(USERS), "the users of the account") or ()
        return [
            Owner(
                id=str(user["id"]),
                name=str(user.get("name") or ""),
                email=str(user.get("email") or ""),
                active=user.get("active_flag") is True,
            )
            for user in users
        ]

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
    def read(self, object_name: str, ids: Sequence[str]) -> Iterator[StoredRecord]:
        return reading.read(self._api, self._catalogue, object_name, ids)

    @hookimpl
    def scan(self, object_name: str, fields: Sequence[str], since: datetime | None) -> Iterator[StoredRecord]:
        return reading.scan(self._api, self._catalogue, object_name, fields, since)

    @hookimpl
    def find(self, operations: Sequence[Operation]) -> Iterator[Found]:
        return finding.find(self._api, self._catalogue, operations)

    @hookimpl
    def normalise(self, object_name: str, bodies: Sequence[Mapping[str, Value]]) -> list[Body]:
        needs_types = any(KEY.fullmatch(key) for body in bodies for key in body)
        custom = self._catalogue.custom(object_name) if needs_types else {}
        kind = OBJECTS[object_name]
        return [predicted.body(kind, body, custom, self.settings.default_currency) for body in bodies]
