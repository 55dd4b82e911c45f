"""What the control endpoints show and do: the dump, a person's edits, other programs."""

import hashlib
from collections.abc import Mapping
from typing import Any

from bridgework.sandbox import CommandRefused
from bridgework_pipedrive_sandbox.answers import Record, Refused
from bridgework_pipedrive_sandbox.call import Call
from bridgework_pipedrive_sandbox.company import Company
from bridgework_pipedrive_sandbox.merging import MERGEABLE, merged
from bridgework_pipedrive_sandbox.operations import Operation
from bridgework_pipedrive_sandbox.records import apply
from bridgework_pipedrive_sandbox.routes import KINDS


def dump(company: Company) -> Record:
    """All rows by table in id order, deleted ones included, then counters and meters.

    Files carry the SHA-256 of their content. Records are marked deleted by ``is_deleted`` or ``active_flag``, fields by
    ``deleted``; everything that only ever grows stands under ``counters``, everything about limits under ``meters``.
    """
    objects = {
        name: [{key: row[key] for key in sorted(row)} for row in table.ascending()]
        for name, table in sorted(company.tables.items())
    }
    for row in objects["files"]:
        row["sha256"] = hashlib.sha256(company.contents.get(row["id"], b"")).hexdigest()
    return {
        "sandbox": "pipedrive",
        "company": {"id": company.id, "domain": company.domain, "plan": company.options.plan},
        "objects": objects,
        "counters": {name: table.next_id for name, table in sorted(company.tables.items())},
        "meters": company.meters.dump(),
    }


def edit(company: Company, object_name: str, record_id: str, action: str, fields: Record) -> Record:
    """A user changes or deletes a record in the user interface: no token cost, update_time moves.

    ``object_name`` is the object or its table (person, persons, notes …). Raises CommandRefused.
    """
    kinds = {kind.table: kind for kind in KINDS}
    table = next((name for name in company.tables if object_name in (name, name.removesuffix("s"))), None)
    if table is None or not record_id.isdigit():
        raise CommandRefused("no such object, or the id is no number")
    row = company.live(table, int(record_id))
    if row is None:
        raise CommandRefused("no such record")
    if action == "delete":
        return _delete(company, table, row)
    if action == "merge":
        return _merge(company, table, row, fields)
    if action != "edit":
        raise CommandRefused("action is edit, delete or merge")
    if table not in kinds:
        changed = {**row, **fields, "update_time": company.stamp()}
        company[table].put(changed)
        return changed
    call = _by_hand(company)
    try:
        values = kinds[table].body.read(company, fields, creating=False)
        return apply(kinds[table], call, row, values)
    except Refused as refused:
        raise CommandRefused(refused.error) from None


def _delete(company: Company, table: str, row: Record) -> Record:
    if table in ("notes", "relationships"):
        company[table].remove(row["id"])
    elif "active_flag" in row:
        company.delete_softly(table, row, active_flag=False)
    else:
        company.delete_softly(table, row)
    return {"id": row["id"]}


def _merge(company: Company, table: str, lost: Record, fields: Record) -> Record:
    """``fields`` is {"into": id}: the record with that id survives."""
    wanted = fields.get("into")
    survivor = company.live(table, wanted) if isinstance(wanted, int) else None
    if survivor is None or survivor is lost or table not in MERGEABLE:
        raise CommandRefused("into must be the id of another person, organization or deal")
    return merged(company, table, lost, survivor)


def _by_hand(company: Company) -> Call:
    """A person in the user interface: the last active user, so that traces differ from the migration's."""
    user = [user for user in company["users"] if user["active_flag"]][-1]
    return Call(company, Operation("v2", "PATCH", "/", 0), "", {}, b"", "", user)


def command(company: Company, name: str, arguments: Mapping[str, Any]) -> Record:
    """Other programs of the company: ``drain`` {tokens} uses up part of the day's budget, ``use_posts`` {posts} part of
    the token owner's POST and PUT requests.
    """
    wanted = {"drain": "tokens", "use_posts": "posts"}.get(name)
    if wanted is None:
        raise CommandRefused("commands: drain, use_posts")
    amount = arguments.get(wanted)
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0 or len(arguments) != 1:
        raise CommandRefused(f"{name} wants {wanted}: a number, 0 or more")
    if name == "drain":
        company.meters.drain(amount, company.now())
    else:
        company.meters.use_posts(amount, str(company.owner()["id"]), company.now())
    return company.meters.dump()
