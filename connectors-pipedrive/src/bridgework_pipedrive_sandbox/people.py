"""What a person of the company does in the user interface: the rules of the interface, without its costs and limits."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from bridgework.sandbox import CommandRefused
from bridgework_pipedrive_sandbox.answers import Record, Refused
from bridgework_pipedrive_sandbox.call import Call, Handler
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.deals import DEAL
from bridgework_pipedrive_sandbox.operations import Operation, Version
from bridgework_pipedrive_sandbox.records import insert
from bridgework_pipedrive_sandbox.routes import handlers


@dataclass(frozen=True)
class _Object:
    """Where an object is found in the interface; ``table`` is its name in the dump."""

    table: str
    version: Version
    path: str
    change: str
    key: str = "id"


_OBJECTS: Mapping[str, _Object] = {
    "person": _Object("persons", "v2", "persons", "PATCH"),
    "organization": _Object("organizations", "v2", "organizations", "PATCH"),
    "deal": _Object("deals", "v2", "deals", "PATCH"),
    "activity": _Object("activities", "v2", "activities", "PATCH"),
    "pipeline": _Object("pipelines", "v2", "pipelines", "PATCH"),
    "stage": _Object("stages", "v2", "stages", "PATCH"),
    "person_field": _Object("fields", "v2", "personFields", "PATCH", "field_code"),
    "organization_field": _Object("fields", "v2", "organizationFields", "PATCH", "field_code"),
    "deal_field": _Object("fields", "v2", "dealFields", "PATCH", "field_code"),
    "lead": _Object("leads", "v1", "leads", "PATCH"),
    "note": _Object("notes", "v1", "notes", "PUT"),
    "file": _Object("files", "v1", "files", "PUT"),
    "activity_type": _Object("activity_types", "v1", "activityTypes", "PUT"),
    "relationship": _Object("relationships", "v1", "organizationRelationships", "PUT"),
}
_OPTIONS = {"add_options": "POST", "rename_options": "PATCH", "remove_options": "DELETE"}
_HANDLERS: Mapping[str, Handler] = handlers()
_USER = {"name": str, "email": str, "active_flag": bool, "admin": bool}


def act(company: Company, object_name: str, record_id: str, action: str, fields: Record) -> Record:
    """Carry out ``edit``, ``delete`` or ``merge`` (``fields`` is {"into": id}); the answer's data.

    ``object_name`` is the object (person, deal_field, user …) or its path (persons, dealFields …); ids are those of the
    interface: a number, a lead's UUID, a field's code. Fields also know ``add_options``, ``rename_options`` and
    ``remove_options`` with ``fields`` {"options": [...]}. Raises CommandRefused.
    """
    if object_name in ("user", "users"):
        return _change_user(company, record_id, action, fields)
    found = next((each for name, each in _OBJECTS.items() if object_name in (name, each.path, each.table)), None)
    if found is None or (found.table == "fields" and object_name == "fields"):
        raise CommandRefused("no such object: " + ", ".join([*_OBJECTS, "user"]))
    operation, body = _request(found, action, fields)
    handler = _HANDLERS.get(operation.key)
    if handler is None:
        raise CommandRefused(f"{object_name}: {action} is not possible")
    try:
        answer = handler(_call(company, operation, record_id, body, form=found.table == "files")).body["data"]
    except Refused as refused:
        raise CommandRefused(refused.error) from None
    return answer if isinstance(answer, dict) else {"id": record_id}


def _request(found: _Object, action: str, fields: Record) -> tuple[Operation, Any]:
    """The operation that does the same, and its body."""
    one = f"/{found.path}/{{{found.key}}}"
    if action == "edit":
        return Operation(found.version, found.change, one, cost=0), fields
    if action == "delete":
        return Operation(found.version, "DELETE", one, cost=0), {}
    if action == "merge":
        return Operation("v1", "PUT", f"{one}/merge", cost=0), {"merge_with_id": fields.get("into")}
    if action in _OPTIONS:
        return Operation(found.version, _OPTIONS[action], f"{one}/options", cost=0), fields.get("options")
    raise CommandRefused("action is edit, delete, merge, " + ", ".join(_OPTIONS))


def _call(company: Company, operation: Operation, variable: str, body: Any, *, form: bool) -> Call:
    """As the last active user, so that traces differ from the migration's, with every right."""
    user = {**[user for user in company["users"] if user["active_flag"]][-1], "admin": True}
    if not form:
        return Call(company, operation, variable, {}, orjson.dumps(body), "application/json", user)
    texts = {name: str(value) for name, value in body.items()}
    content_type = "application/x-www-form-urlencoded"
    return Call(company, operation, variable, {}, urlencode(texts).encode(), content_type, user, form=texts)


def import_waiting(company: Company) -> list[int]:
    """Take refused deals over from the waiting list as far as there is room now; the ids they get."""
    waiting, company.waiting = company.waiting, []
    imported = []
    for given in waiting:
        call = _call(company, Operation("v2", "POST", "/deals", cost=0), "", given, form=False)
        with suppress(Refused):  # at the cap it waits again
            imported.append(int(insert(DEAL, call, given)["id"]))
    return imported


def _change_user(company: Company, record_id: str, action: str, fields: Record) -> Record:
    """An administrator changes or deactivates a user."""
    user = company["users"].get(int(record_id)) if record_id.isascii() and record_id.isdigit() else None
    if user is None or action not in ("edit", "delete"):
        raise CommandRefused("a user that exists can be edited and, by delete, deactivated")
    changes = {"active_flag": False} if action == "delete" else fields
    if any(name not in _USER or not isinstance(value, _USER[name]) for name, value in changes.items()):
        raise CommandRefused("a user has name and email (texts), active_flag and admin (true or false)")
    if user["id"] == company.owner()["id"] and changes.get("active_flag") is False:
        raise CommandRefused("the account owner cannot be deactivated")
    changed = {**user, **changes, "update_time": company.stamp()}
    company["users"].put(changed)
    return changed
