"""Custom fields that an update does not name: kept or emptied is not published, so both are lived with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from bridgework.errors import StopRun
from bridgework_pipedrive.objects import ObjectType
from bridgework_pipedrive.refusals import data

if TYPE_CHECKING:
    from bridgework.client import ApiClient

Custom = dict[str, Any]
_READ_ONLY = "formatted_address"  # a part of addresses that comes back and is not taken


class CustomFields:
    """Completes the custom fields of updates where the account replaces them, and finds out where it does so unasked.

    Reading a record costs one token. Where fields are merged, that is paid until one update has shown it.
    """

    def __init__(self, api: ApiClient, update: Literal["merge", "replace"]) -> None:
        self._api = api
        self._replaces = update == "replace"
        self._proven = False

    def before(self, kind: ObjectType, id_: str, body: Mapping[str, Any]) -> Custom:
        """The custom fields that the record has and the update does not name; empty where nobody has to know."""
        if "custom_fields" not in body or kind.version == 1 or self._proven:
            return {}
        answer = self._api.get(f"{kind.path}/{id_}", accept=(404, 410))
        row = data(answer, f"a {kind.name}") if answer.ok else None
        found = (row or {}).get("custom_fields") or {}
        return {key: value for key, value in found.items() if value is not None and key not in body["custom_fields"]}

    def completed(self, body: dict[str, Any], others: Custom) -> dict[str, Any]:
        """The body to send."""
        if not self._replaces or not others:
            return body
        return {**body, "custom_fields": {**{key: _written(value) for key, value in others.items()}, **_custom(body)}}

    def check(self, row: Mapping[str, Any], others: Custom) -> None:
        """Raises StopRun if the answer to an update shows other fields empty."""
        if not others:
            return
        left = row.get("custom_fields") or {}
        if any(left.get(key) is None for key in others):
            raise StopRun(
                "Pipedrive emptied custom fields of a record that the update did not name.",
                cause="custom_fields_replaced",
                next_step='set custom_fields_update = "replace" under [destination]; rollback restores the one record',
            )
        self._proven = not self._replaces


def _custom(body: Mapping[str, Any]) -> Custom:
    found: Custom = body["custom_fields"]
    return found


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: part for key, part in value.items() if key != _READ_ONLY and part is not None}
    return value
