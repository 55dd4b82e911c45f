"""The account's own schema as far as a run needs it, read once and kept up to date by what we create."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from bridgework.model import FieldType, TargetField
from bridgework_pipedrive.fields import custom_field
from bridgework_pipedrive.listing import Row, by_cursor
from bridgework_pipedrive.markers import SOURCE_ID
from bridgework_pipedrive.objects import OBJECTS
from bridgework_pipedrive.refusals import data

if TYPE_CHECKING:
    from bridgework.client import ApiClient

PIPELINES = "/api/v2/pipelines"
STAGES = "/api/v2/stages"
ACTIVITY_TYPES = "/api/v1/activityTypes"
_LABEL_FIELDS = ("label_ids", "label")


class Catalogue:
    """Fields, pipelines, stages and activity types. Each list costs one request, the first time it is needed.

    Used by several threads; a list is read once all the same.
    """

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._lists: dict[str, list[Row]] = {}
        self._custom: dict[str, Mapping[str, TargetField]] = {}
        self._lock = RLock()

    def forget(self) -> None:
        """Read everything anew."""
        with self._lock:
            self._lists.clear()
            self._custom.clear()

    def drop(self, path: str) -> None:
        """Read one list anew when it is needed again."""
        with self._lock:
            self._lists.pop(path, None)
            self._custom.pop(path, None)

    @contextmanager
    def changing(self, path: str) -> Iterator[None]:
        """Around a change of the list at `path`: if its outcome stays unknown, the list is read again."""
        try:
            yield
        except BaseException:
            self.drop(path)
            raise

    def add(self, path: str, rows: Iterable[Row]) -> None:
        """Take in what was created; rows that are known already are left alone."""
        with self._lock:
            known = {_name(row) for row in self.rows(path)}
            self._lists[path] = [*self.rows(path), *(row for row in rows if _name(row) not in known)]
            self._custom.pop(path, None)

    def add_options(self, path: str, field_code: str, added: Iterable[Row]) -> None:
        """Take in new options of a field."""
        with self._lock:
            self._lists[path] = [
                {**row, "options": [*(row.get("options") or ()), *added]} if row["field_code"] == field_code else row
                for row in self.rows(path)
            ]
            self._custom.pop(path, None)

    def rows(self, path: str) -> list[Row]:
        """The rows of a list of the schema, deleted ones left out."""
        with self._lock:
            if path not in self._lists:
                if path == ACTIVITY_TYPES:
                    found = data(self._api.get(path), "the activity types") or []
                else:
                    found = list(by_cursor(self._api, path, "fields and pipelines"))
                self._lists[path] = [row for row in found if not _gone(row)]
            return self._lists[path]

    def custom(self, object_name: str) -> Mapping[str, TargetField]:
        """The custom fields of an object, by key. Empty for objects that have none."""
        kind = OBJECTS[object_name]
        if not kind.custom:
            return {}
        with self._lock:
            if kind.fields_path not in self._custom:
                rows = self.rows(kind.fields_path)
                self._custom[kind.fields_path] = {
                    row["field_code"]: custom_field(row) for row in rows if row.get("is_custom_field")
                }
            return self._custom[kind.fields_path]

    def source_id(self, object_name: str) -> str:
        """The key of the field that carries the marker, empty if the object has none."""
        carriers = (
            field.key
            for field in self.custom(object_name).values()
            if field.label == SOURCE_ID and field.type in (FieldType.TEXT, FieldType.LONG_TEXT)
        )
        return next(carriers, "")

    def label_field(self, object_name: str) -> Row | None:
        """The built-in label field of persons, organizations or deals, as the field list gives it."""
        return self._built_in(object_name, _LABEL_FIELDS)

    def priority_field(self) -> Row | None:
        """The built-in priority field of activities."""
        return self._built_in("activity", ("priority",))

    def _built_in(self, object_name: str, codes: tuple[str, ...]) -> Row | None:
        rows = self.rows(OBJECTS[object_name].fields_path)
        named = {row["field_code"]: row for row in rows if not row.get("is_custom_field")}
        return next((named[code] for code in codes if code in named), None)


def _gone(row: Mapping[str, Any]) -> bool:
    return row.get("is_deleted") is True or row.get("active_flag") is False


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("field_code") or row.get("id"))
