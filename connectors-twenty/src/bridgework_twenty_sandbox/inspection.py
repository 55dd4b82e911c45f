"""What the control endpoints show and do: the dump, a person's edits, other programs."""

import hashlib
from collections.abc import Mapping
from typing import Any

from bridgework.sandbox import CommandRefused
from bridgework_twenty_sandbox import timeline
from bridgework_twenty_sandbox.answers import Record, Refused
from bridgework_twenty_sandbox.filters import compile_filter
from bridgework_twenty_sandbox.keys import ADMIN, Key
from bridgework_twenty_sandbox.kinds import Kind
from bridgework_twenty_sandbox.metadatarest import listed
from bridgework_twenty_sandbox.records import Records
from bridgework_twenty_sandbox.workspace import Workspace


def dump(workspace: Workspace) -> Record:
    """All rows by object in the order of their ids, soft-deleted ones included (``deletedAt`` is set), then metadata.

    Uploaded files carry the SHA-256 of their content.
    """
    timeline.write_due(workspace)
    return {
        "sandbox": "twenty",
        "workspace": {"id": workspace.id, "metadataVersion": workspace.metadata_version},
        "objects": {
            kind.singular: [{key: row[key] for key in sorted(row)} for row in workspace.tables[kind.id]]
            for kind in sorted(workspace.kinds.values(), key=lambda kind: kind.singular)
        },
        "uploads": [
            {**upload, "sha256": hashlib.sha256(workspace.contents.get(upload["id"], b"")).hexdigest()}
            for _, upload in sorted(workspace.uploads.items())
        ],
        "metadata": {
            "objects": [listed(meta) for _, meta in sorted(workspace.objects.items())],
            "fields": [listed(meta) for _, meta in sorted(workspace.fields.items())],
        },
        "limits": workspace.limits.dump(workspace.now_ms()),
    }


def edit(workspace: Workspace, object_name: str, record_id: str, action: str, fields: Record) -> Record:
    """A member changes, deletes, restores or destroys a record in the user interface: no token is used up.

    ``object_name`` is the singular or plural name. ``action`` is edit, delete (soft), restore or destroy. A name like
    ``emails.primaryEmail`` stands for a part of a field, whose other parts stay. Raises CommandRefused.
    """
    kind = workspace.by_singular.get(object_name) or workspace.by_plural.get(object_name)
    if kind is None:
        raise CommandRefused("no such object")
    records = Records(workspace, kind, _by_hand(workspace))
    acts: Mapping[str, Any] = {
        "edit": lambda: records.update(record_id, _whole(records, record_id, fields)),
        "delete": lambda: records.delete(records.one(record_id)["id"]),
        "restore": lambda: records.restore(record_id),
        "destroy": lambda: records.destroy(record_id),
    }
    if action not in acts:
        raise CommandRefused(f"action is one of {', '.join(acts)}")
    try:
        changed: Record = acts[action]()
    except Refused as refused:
        raise CommandRefused(refused.message) from None
    return _authored(workspace, kind, changed, action)


def _whole(records: Records, record_id: str, fields: Record) -> Record:
    """Changes by field: parts that are named alone are put into the value as it is."""
    row = records.table.get(record_id) or {}
    changes: Record = {}
    for name, value in fields.items():
        field, _, part = name.partition(".")
        if part:
            before = changes.get(field, row.get(field))
            changes[field] = {**(before if isinstance(before, dict) else {}), part: value}
        else:
            changes[field] = value
    return changes


def _by_hand(workspace: Workspace) -> Key:
    return Key("", "Front Desk", "", ADMIN.id, 0, 0)


def _authored(workspace: Workspace, kind: Kind, row: Record, action: str) -> Record:
    """Traces of a member differ from the migration's."""
    if action == "destroy":
        return {"id": row["id"]}
    members = list(workspace.table("workspaceMember"))
    author = {"source": "MANUAL", "workspaceMemberId": members[-1]["id"], "name": "Front Desk", "context": {}}
    changed = {**row, "updatedBy": author}
    workspace.tables[kind.id].put(changed)
    return changed


def command(workspace: Workspace, name: str, arguments: Mapping[str, Any]) -> Record:
    """Other things that happen to a workspace:

    ``use_up_limit`` another program takes the calls of this minute, ``revoke_key`` and ``expire_key`` the migration's
    key stops working, ``limit_key`` it gets the role of the limited key, ``empty_trash`` {object} the cleanup job
    destroys what is soft-deleted.
    """
    if name == "use_up_limit":
        workspace.limits.use_up()
    elif name == "revoke_key":
        workspace.keys.change(workspace.own_key.name, revoked=True)
    elif name == "expire_key":
        workspace.keys.change(workspace.own_key.name, expires=int(workspace.now().timestamp()))
    elif name == "limit_key":
        workspace.keys.change(workspace.own_key.name, role=workspace.keys.named("limited").role)
    elif name == "empty_trash":
        return _empty_trash(workspace)
    else:
        raise CommandRefused("commands: use_up_limit, revoke_key, expire_key, limit_key, empty_trash")
    if arguments:
        raise CommandRefused(f"{name} takes no arguments")
    return {"done": name}


def _empty_trash(workspace: Workspace) -> Record:
    """The daily job of the server, which a rollback by restoring must not rely on."""
    gone = 0
    for kind in list(workspace.kinds.values()):
        wanted = compile_filter(workspace, kind, {"deletedAt": {"is": "NOT_NULL"}})
        gone += len(Records(workspace, kind, _by_hand(workspace)).destroy_many(wanted))
    return {"done": "empty_trash", "destroyed": gone}
