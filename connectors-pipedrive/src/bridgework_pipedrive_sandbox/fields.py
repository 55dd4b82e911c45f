"""Fields and their options."""

import secrets
from collections.abc import Iterable
from typing import Any

from bridgework_pipedrive_sandbox.answers import Record, Refused, Reply, data, forbidden, listed, malformed, not_found
from bridgework_pipedrive_sandbox.attributes import Attribute, Body
from bridgework_pipedrive_sandbox.call import Call, Handler
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.customvalues import CREATABLE
from bridgework_pipedrive_sandbox.fieldsettings import EXTRAS, settings_of
from bridgework_pipedrive_sandbox.fresh import add_field
from bridgework_pipedrive_sandbox.listing import keyset_page
from bridgework_pipedrive_sandbox.values import SUBFIELDS, Wrong, list_of, one_of, shape, text, whole

MOST_OPTIONS = 10_000
"""Of one field."""

_LABEL = text(255, shortest=1)
_TABLES = {"person": "persons", "organization": "organizations", "deal": "deals"}
_TO_ADD = list_of(shape({"label": _LABEL}))
_TO_RENAME = list_of(shape({"id": whole, "label": _LABEL}))
_TO_REMOVE = list_of(shape({"id": whole}))


def _body(object_name: str) -> Body:
    described = {"description": Attribute(text())} if object_name == "deal" else {}
    return Body(
        attributes={
            "field_name": Attribute(text(255, shortest=1), clearable=False),
            **{name: Attribute(read, clearable=False) for name, read in settings_of(object_name).items()},
            **described,
            "field_type": Attribute(one_of(CREATABLE), update=False, clearable=False),
            "options": Attribute(_TO_ADD, update=False, clearable=False),
        },
        required=("field_name", "field_type"),
        readonly=frozenset({"field_code"}),
    )


def shown(field: Record, extras: Iterable[str] = EXTRAS) -> Record:
    """The usual form, and those of the settings that were made and are wanted."""
    return {
        "field_name": field["field_name"],
        "field_code": field["field_code"],
        "field_type": field["field_type"],
        "options": field["options"],
        "subfields": _subfields(field),
        "is_custom_field": field["is_custom_field"],
        "is_optional_response_field": False,
        **({"description": field["description"]} if field.get("description") else {}),
        **{name: field[name] for name in extras if name in field},
    }


def _wanted(call: Call) -> list[str]:
    names = list(filter(None, call.query.get("include_fields", "").split(",")))
    if unknown := [name for name in names if name not in EXTRAS]:
        raise malformed(f"include_fields: {unknown[0]} is not allowed")
    return names


def _subfields(field: Record) -> list[Record] | None:
    if field["field_type"] != "address":
        return None
    codes = ("value", *SUBFIELDS, "formatted_address")
    return [
        {"field_code": code, "field_name": f"{code} of {field['field_name']}", "field_type": "varchar"}
        for code in codes
    ]


class Fields:
    """The fields of one object, as requests read and change them."""

    def __init__(self, object_name: str) -> None:
        self._object = object_name
        self._body = _body(object_name)

    def create(self, call: Call) -> Reply:
        _check_rights(call)
        values = self._body.read(call.company, call.object_body, creating=True)
        _check_options(values)
        _check_cap(call.company)
        field = add_field(
            call.company,
            self._object,
            secrets.token_hex(20),
            values["field_name"],
            values["field_type"],
            [option["label"] for option in values.get("options", [])],
            custom=True,
        )
        kept = {name: value for name, value in values.items() if name not in ("field_name", "field_type", "options")}
        field = {**field, **kept}
        call.company["fields"].put(field)
        return data(shown(field))

    def read_list(self, call: Call) -> Reply:
        known, extras = call.company.fields(self._object), _wanted(call)
        rows, cursor = keyset_page(call, call.company["fields"], known.values(), lambda field: True, sortable=("id",))
        return listed([shown(field, extras) for field in rows], next_cursor=cursor)

    def _find(self, call: Call, *, custom: bool = False) -> Record:
        field = call.company.fields(self._object).get(call.variable)
        if field is None:
            raise not_found("Field")
        if custom and not field["is_custom_field"]:
            raise forbidden("Built-in fields cannot be changed")
        return field

    def read_one(self, call: Call) -> Reply:
        return data(shown(self._find(call), _wanted(call)))

    def update(self, call: Call) -> Reply:
        _check_rights(call)
        field = self._find(call, custom=True)
        given = call.object_body
        if not given:
            raise malformed("body: must have at least 1 property")
        field = {**field, **self._body.read(call.company, given, creating=False), "update_time": call.company.stamp()}
        call.company["fields"].put(field)
        return data(shown(field))

    def delete(self, call: Call) -> Reply:
        _check_rights(call)
        field = self._find(call, custom=True)
        remove_field(call.company, field)
        return data(shown(field, ()))

    def add_options(self, call: Call) -> Reply:
        field = self._choices(call)
        entries = _entries(call, _TO_ADD)
        _check_count([*field["options"], *entries])
        added = call.company.new_options([entry["label"] for entry in entries])
        _store_options(call.company, field, [*field["options"], *added])
        return data(added)

    def rename_options(self, call: Call) -> Reply:
        field = self._choices(call)
        labels = {entry["id"]: entry["label"] for entry in _entries(call, _TO_RENAME)}
        _check_known(field, labels)
        renamed = [{**option, "label": labels.get(option["id"], option["label"])} for option in field["options"]]
        _store_options(call.company, field, renamed)
        return data([option for option in renamed if option["id"] in labels])

    def remove_options(self, call: Call) -> Reply:
        field = self._choices(call)
        ids = {entry["id"] for entry in _entries(call, _TO_REMOVE)}
        _check_known(field, ids)
        _store_options(call.company, field, [option for option in field["options"] if option["id"] not in ids])
        _forget_options(call.company, field, ids)
        return data([option for option in field["options"] if option["id"] in ids])

    def _choices(self, call: Call) -> Record:
        _check_rights(call)
        field = self._find(call, custom=call.company.options.builtin_options == "refuse")
        if field["field_type"] not in ("enum", "set"):
            raise malformed("field_code: the field has no options")
        return field


def handlers(object_name: str) -> dict[str, Handler]:
    """Handlers of one object's fields by operation key."""
    path, fields = f"/{object_name}Fields", Fields(object_name)
    return {
        f"v2 POST {path}": fields.create,
        f"v2 GET {path}": fields.read_list,
        f"v2 GET {path}/{{field_code}}": fields.read_one,
        f"v2 PATCH {path}/{{field_code}}": fields.update,
        f"v2 DELETE {path}/{{field_code}}": fields.delete,
        f"v2 POST {path}/{{field_code}}/options": fields.add_options,
        f"v2 PATCH {path}/{{field_code}}/options": fields.rename_options,
        f"v2 DELETE {path}/{{field_code}}/options": fields.remove_options,
    }


def _check_rights(call: Call) -> None:
    if call.company.options.field_rights == "admin":
        call.only_admin()


def _check_options(values: Record) -> None:
    chooses = values["field_type"] in ("enum", "set")
    if chooses and not values.get("options"):
        raise malformed("options: is required")
    _check_count(values.get("options", []))
    if not chooses and "options" in values:
        raise malformed("options: is not allowed for this type")


def _check_count(options: list[Record]) -> None:
    if len(options) > MOST_OPTIONS:
        raise malformed(f"options: must contain at most {MOST_OPTIONS} items")


def _check_cap(company: Company) -> None:
    custom = sum(len(company.custom_keys(name)) for name in _TABLES)
    if custom >= company.plan.custom_fields:
        # the code for fields is not published; it follows the one that is known for deals
        raise forbidden("Custom field limit of the plan reached", "feature_capping_custom_fields_limit")


def _entries(call: Call, read: Any) -> list[Record]:
    try:
        entries: list[Record] = read(call.body)
    except Wrong as wrong:
        raise malformed(f"body: {wrong}") from None
    if not entries:
        raise malformed("body: must contain at least 1 item")
    return entries


def _check_known(field: Record, ids: Any) -> None:
    if set(ids) - {option["id"] for option in field["options"]}:
        raise Refused(400, "Some options do not exist", "ERR_BAD_REQUEST")


def _store_options(company: Company, field: Record, options: list[Record]) -> None:
    company["fields"].put({**field, "options": options, "update_time": company.stamp()})


def remove_field(company: Company, field: Record) -> None:
    """The field disappears and takes its values with it, for good."""
    company["fields"].put({**field, "deleted": True, "update_time": company.stamp()})
    _rewrite(company, field, lambda value: None)


def _forget_options(company: Company, field: Record, ids: set[int]) -> None:
    def left(value: Any) -> Any:
        if isinstance(value, list):
            return [part for part in value if part not in ids] or None
        return None if value in ids else value

    _rewrite(company, field, left)


def _rewrite(company: Company, field: Record, change: Any) -> None:
    key = field["field_code"]
    table = company[_TABLES[field["object"]]]
    for row in list(table.ascending()):
        values = row.get("custom_fields") or {}
        if key in values:
            changed = {**values, key: change(values[key])}
            # what happens to a field is no edit of the record: update_time stays
            table.put({**row, "custom_fields": {name: value for name, value in changed.items() if value is not None}})
