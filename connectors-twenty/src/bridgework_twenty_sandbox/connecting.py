"""Relations written by a search for their target: ``{"connect": {"where": …}}``."""

from typing import Any

from bridgework_twenty_sandbox.answers import Record, bad
from bridgework_twenty_sandbox.inspecting import inspect
from bridgework_twenty_sandbox.kinds import Kind, Relation, Unique
from bridgework_twenty_sandbox.workspace import Workspace


def connected(workspace: Workspace, relation: Relation, value: Any) -> str | None:
    """The id of the row that a relation is connected to, or None for a disconnect. Raises Refused."""
    if isinstance(value, dict) and value.get("disconnect") is True:
        return None
    connect = value.get("connect") if isinstance(value, dict) else None
    where = connect.get("where") if isinstance(connect, dict) else None
    if not isinstance(where, dict):
        raise bad(f'Relation "{relation.name}" requires connect or disconnect operation')
    kind = workspace.kinds[relation.target]
    given = _flat(kind, where)
    for unique in kind.uniques:
        columns = _columns(unique)
        if given.keys() != set(columns):
            continue
        wanted = [given[column] for column in columns]
        if not all(isinstance(each, (str, int, float)) for each in wanted):
            break
        found = workspace.tables[kind.id].owner_of(unique, wanted[0] if len(wanted) == 1 else tuple(wanted))
        if found is None:
            shown = " and ".join(
                f"{column} = {each if isinstance(each, str) else inspect(each)}"
                for column, each in zip(columns, wanted, strict=True)
            )
            raise bad(f"Expected 1 record to connect to {relation.name}, but found 0 for {shown}")
        return found
    raise bad(
        f"Missing required fields: at least one unique constraint have to be fully populated for '{relation.name}'."
    )


def _columns(unique: Unique) -> list[str]:
    return [Unique(unique.field, (part,)).column for part in unique.parts] or [unique.field]


def _flat(kind: Kind, where: Record) -> Record:
    """Conditions by database column."""
    given: Record = {}
    for name, value in where.items():
        if name not in kind.columns:
            raise bad(f'Object {kind.singular} doesn\'t have any "{name}" field.')
        if isinstance(value, dict):
            given |= {Unique(name, (str(part),)).column: each for part, each in value.items()}
        else:
            given[name] = value
    return given
