"""Where a field shows and whether it is wanted: kept as given, of no effect here."""

from collections.abc import Mapping
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record
from bridgework_pipedrive_sandbox.values import Reader, Wrong, flag, list_of, one_of, whole

EXTRAS = ("ui_visibility", "important_fields", "required_fields")
"""Lists show them only on request."""


def _known(readers: Mapping[str, Reader]) -> Reader:
    """An object of which only what is known is kept: the description allows more and shows no more."""

    def read(value: Any) -> Record:
        if not isinstance(value, dict):
            raise Wrong("must be an object")
        return {name: reader(value[name]) for name, reader in readers.items() if name in value}

    return read


def _order(value: Any) -> int | None:
    return None if value is None else whole(value)


def _statuses(value: Any) -> Record:
    if not isinstance(value, dict):
        raise Wrong("must be an object")
    return {key: list_of(one_of(("won", "lost")))(wanted) for key, wanted in value.items()}


_DIALOG = _known({"show": flag, "order": _order})
_PLACES: Mapping[str, Reader] = {"add_visible_flag": flag, "details_visible_flag": flag}
_OF_OBJECT: Mapping[str, Mapping[str, Reader]] = {
    "person": {"show_in_add_deal_dialog": _DIALOG},
    "organization": {"show_in_add_deal_dialog": _DIALOG, "show_in_add_person_dialog": _DIALOG},
    "deal": {
        "projects_detail_visible_flag": flag,
        "show_in_pipelines": _known({"show_in_all": flag, "pipeline_ids": list_of(whole)}),
    },
    "activity": {},
}
_ENABLED: Mapping[str, Reader] = {"enabled": flag}
_STAGES: Mapping[str, Reader] = {"stage_ids": list_of(whole)}


def settings_of(object_name: str) -> dict[str, Reader]:
    """The settings of an object's fields by name."""
    wanted = {**_STAGES, "statuses": _statuses} if object_name == "deal" else {}
    return {
        "ui_visibility": _known({**_PLACES, **_OF_OBJECT[object_name]}),
        "important_fields": _known({**_ENABLED, **_STAGES}),
        "required_fields": _known({**_ENABLED, **wanted}),
    }
