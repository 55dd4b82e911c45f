"""Soft delete, restore and destroy, and what they take with them."""

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.kinds import Kind
from bridgework_twenty_sandbox.workspace import Workspace

_FOLLOWERS = {"note": ("noteTarget", "noteId"), "task": ("taskTarget", "taskId")}
"""Rows that are soft-deleted and restored together with their owner. Nothing else follows a soft delete."""


def delete_softly(workspace: Workspace, kind: Kind, row: Record, key: Key) -> Record:
    """Deleting again moves the instant of deletion."""
    return _marked(workspace, kind, row, key, workspace.stamp())


def restore(workspace: Workspace, kind: Kind, row: Record, key: Key) -> Record:
    return _marked(workspace, kind, row, key, None)


def _marked(workspace: Workspace, kind: Kind, row: Record, key: Key, deleted_at: str | None) -> Record:
    after = {**row, "deletedAt": deleted_at, "updatedAt": workspace.stamp(), "updatedBy": key.author}
    workspace.tables[kind.id].put(after)
    if kind.singular in _FOLLOWERS:
        singular, column = _FOLLOWERS[kind.singular]
        follower = workspace.by_singular[singular]
        table = workspace.tables[follower.id]
        for row_id in table.pointing_at(column, row["id"]):
            target = table.get(row_id)
            if target is not None and (target["deletedAt"] is None) != (deleted_at is None):
                _marked(workspace, follower, target, key, deleted_at)
    return after


def destroy(workspace: Workspace, kind: Kind, row: Record, key: Key | None = None) -> Record:
    """Remove a row for good. Relations to it are cut, or their rows go too, as their ``onDelete`` says."""
    table = workspace.tables[kind.id]
    if table.get(row["id"]) is None:
        return row
    table.remove(row["id"])
    for other in list(workspace.kinds.values()):
        for relation in other.relations.values():
            if relation.target == kind.id:
                _released(workspace, other, relation.column, row["id"], cascade=relation.on_delete == "CASCADE")
    return row


def _released(workspace: Workspace, kind: Kind, column: str, row_id: str, *, cascade: bool) -> None:
    table = workspace.tables[kind.id]
    for pointing in table.pointing_at(column, row_id):
        row = table.get(pointing)
        if row is None:
            continue
        if cascade:
            destroy(workspace, kind, row)
        else:
            table.put({**row, column: None})
