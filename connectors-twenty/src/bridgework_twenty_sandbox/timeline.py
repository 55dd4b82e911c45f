"""Timeline activities: the server's worker writes them a moment after the change."""

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.dates import written
from bridgework_twenty_sandbox.fresh import BY_HAND, add_row
from bridgework_twenty_sandbox.kinds import SYSTEM_FIELDS, Kind, capital
from bridgework_twenty_sandbox.workspace import Workspace


def note(workspace: Workspace, kind: Kind, before: Record | None, after: Record) -> None:
    """Remember that a row was created or changed, when its object has a timeline."""
    column = _column(kind)
    if column not in workspace.by_singular["timelineActivity"].columns:
        return
    diff = {} if before is None else _diff(kind, before, after)
    if before is not None and not diff:
        return
    workspace.events.append(
        {
            "due": workspace.now().timestamp() + workspace.options.timeline_lag,
            "name": f"{kind.singular}.{'created' if before is None else 'updated'}",
            "column": column,
            "object": kind.id,
            "record": after["id"],
            "properties": {"diff": diff} if diff else {},
        }
    )


def _column(kind: Kind) -> str:
    return f"target{capital(kind.singular)}Id"


def _diff(kind: Kind, before: Record, after: Record) -> Record:
    changes: Record = {}
    for column, field in kind.columns.items():
        if column in SYSTEM_FIELDS or before[column] == after[column]:
            continue
        if column != field["name"]:
            changes[field["name"]] = {"before": {"id": before[column]}, "after": {"id": after[column]}}
        else:
            changes[column] = {"before": before[column], "after": after[column]}
    return changes


def write_due(workspace: Workspace) -> None:
    """Let the worker write what is due. Changes of rows that are gone by then leave nothing."""
    now = workspace.now()
    while workspace.events and workspace.events[0]["due"] <= now.timestamp():
        event = workspace.events.popleft()
        table = workspace.tables.get(event["object"])
        kind = workspace.by_singular["timelineActivity"]
        if table is None or table.get(event["record"]) is None or event["column"] not in kind.columns:
            continue
        add_row(
            workspace,
            "timelineActivity",
            BY_HAND,
            name=event["name"],
            happensAt=written(now),
            properties=event["properties"] or {},
            **{event["column"]: event["record"]},
        )
