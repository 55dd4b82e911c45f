"""Which handler answers which operation."""

from functools import partial

from bridgework_pipedrive_sandbox import fields, records, users
from bridgework_pipedrive_sandbox.call import Handler
from bridgework_pipedrive_sandbox.contacts import ORGANIZATION, PERSON
from bridgework_pipedrive_sandbox.records import Kind

KINDS: tuple[Kind, ...] = (PERSON, ORGANIZATION)


def _of_kind(kind: Kind) -> dict[str, Handler]:
    path = f"/{kind.table}"
    return {
        f"v2 GET {path}": partial(records.read_list, kind),
        f"v2 POST {path}": partial(records.create, kind),
        f"v2 GET {path}/{{id}}": partial(records.read_one, kind),
        f"v2 PATCH {path}/{{id}}": partial(records.update, kind),
        f"v2 DELETE {path}/{{id}}": partial(records.delete, kind),
    }


def handlers() -> dict[str, Handler]:
    """Handlers by operation key, such as ``v2 GET /persons``."""
    found: dict[str, Handler] = {
        "v1 GET /users": users.read_list,
        "v1 GET /users/me": users.me,
        "v1 GET /users/find": users.find,
        "v1 GET /users/{id}": users.read_one,
    }
    for kind in KINDS:
        found |= _of_kind(kind)
    for object_name in ("person", "organization", "deal"):
        found |= fields.handlers(object_name)
    return found
