"""Columns of rows follow the metadata."""

from collections.abc import Callable
from typing import Any

from bridgework_twenty_sandbox.kinds import Kind
from bridgework_twenty_sandbox.workspace import Workspace


def add_column(workspace: Workspace, kind: Kind, column: str, value: Any) -> None:
    """Every row gets the value a new row would get."""
    workspace.tables[kind.id].rewrite(lambda row: {**row, column: value})


def drop_column(workspace: Workspace, kind: Kind, column: str) -> None:
    workspace.tables[kind.id].rewrite(lambda row: {name: value for name, value in row.items() if name != column})


def rename_column(workspace: Workspace, kind: Kind, before: str, after: str) -> None:
    workspace.tables[kind.id].rewrite(
        lambda row: {after if name == before else name: value for name, value in row.items()}
    )


def change_column(workspace: Workspace, kind: Kind, column: str, change: Callable[[Any], Any]) -> None:
    table = workspace.tables[kind.id]
    for row in list(table):
        value = change(row[column])
        if value != row[column]:
            table.put({**row, column: value})
