"""The withdrawn v1 paths of records, for accounts where they still answer: a plain shape, no guarantee.

Custom fields stand at the root, times have a blank, updates are PUT, pages have start and limit.
"""

from functools import partial

from bridgework_pipedrive_sandbox.answers import Record, Reply, data
from bridgework_pipedrive_sandbox.call import Call, Handler
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.listing import v1_page
from bridgework_pipedrive_sandbox.records import Kind, apply, delete, existing, insert, render
from bridgework_pipedrive_sandbox.tables import is_deleted
from bridgework_pipedrive_sandbox.v1 import spaced


def handlers(kind: Kind) -> dict[str, Handler]:
    """Handlers of one object by operation key."""
    path = f"/{kind.table}"
    return {
        f"v1 GET {path}": partial(_read_list, kind),
        f"v1 POST {path}": partial(_create, kind),
        f"v1 GET {path}/{{id}}": partial(_read_one, kind),
        f"v1 PUT {path}/{{id}}": partial(_update, kind),
        f"v1 DELETE {path}/{{id}}": partial(delete, kind),
    }


def _create(kind: Kind, call: Call) -> Reply:
    return data(_shown(call.company, kind, insert(kind, call, _nested(call.company, kind, call.object_body))))


def _update(kind: Kind, call: Call) -> Reply:
    before = existing(kind, call)
    values = kind.body.read(call.company, _nested(call.company, kind, call.object_body), creating=False)
    return data(_shown(call.company, kind, apply(kind, call, before, values)))


def _read_one(kind: Kind, call: Call) -> Reply:
    return data(_shown(call.company, kind, existing(kind, call)))


def _read_list(kind: Kind, call: Call) -> Reply:
    living = (row for row in call.company[kind.table].ascending() if not is_deleted(row))
    return v1_page(call, living, lambda row: _shown(call.company, kind, row), most=500)


def _nested(company: Company, kind: Kind, given: Record) -> Record:
    """The body as v2 has it."""
    if kind.body.custom is None:
        return given
    keys = company.custom_keys(kind.body.custom)
    custom = {name: value for name, value in given.items() if name in keys}
    plain = {name: value for name, value in given.items() if name not in keys}
    return {**plain, "custom_fields": custom} if custom else plain


def _shown(company: Company, kind: Kind, row: Record) -> Record:
    shown = render(company, kind, row)
    custom = shown.pop("custom_fields", {})
    times = {name: spaced(value) for name, value in shown.items() if name.endswith("_time") and value}
    return {**shown, **times, **custom}
