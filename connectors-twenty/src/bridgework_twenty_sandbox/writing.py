"""From the body of a request to the row that is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridgework_twenty_sandbox import composites, values
from bridgework_twenty_sandbox.answers import Record, bad, data_error, database, type_error
from bridgework_twenty_sandbox.connecting import connected
from bridgework_twenty_sandbox.fieldtypes import PARTS, RELATIONS, is_null
from bridgework_twenty_sandbox.files import attached
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.kinds import Kind
from bridgework_twenty_sandbox.searching import vector
from bridgework_twenty_sandbox.standard import new_id
from bridgework_twenty_sandbox.workspace import Workspace


@dataclass
class Writer:
    """Writes rows of one object with one key. All methods raise Refused."""

    workspace: Workspace
    kind: Kind
    key: Key

    def fresh(self, body: Any, place: int) -> Record:
        """A new row. ``place`` is its number in the batch: rows without a position go before the first one."""
        now = self.workspace.stamp()
        body = _object(body)
        sent = self._storable(body, self.kind.blank)
        row = {
            **self.kind.blank,
            "id": new_id(),
            "createdAt": now,
            "updatedAt": now,
            "createdBy": self.key.author,
            "position": "first",
            **sent,
            "updatedBy": self.key.author,
        }
        if body.get("createdBy") is None:
            row["createdBy"] = self.key.author
        row["position"] = self._position(row["position"], place)
        return self._finished(row)

    def changed(self, row: Record, body: Any) -> Record:
        """A row after an update. The id is not changed: a row with timeline rows could not be."""
        sent = self._storable(body, row)
        after = {**row, "updatedAt": self.workspace.stamp(), **sent, "updatedBy": self.key.author}
        after["position"] = self._position(after["position"], 0)
        if after["updatedAt"] is None:
            after["updatedAt"] = self.workspace.stamp()
        return self._finished(after)

    def _finished(self, row: Record) -> Record:
        for column in self.kind.required:
            if is_null(row[column]):
                raise database(
                    f'null value in column "{column}" of relation "{self.kind.table}" violates not-null constraint'
                )
        row["searchVector"] = vector(self.kind, row)
        return row

    def _storable(self, body: Any, before: Record) -> Record:
        sent = self.changes(body, before)
        if _has_nul(sent):
            raise data_error()
        return sent

    def changes(self, body: Any, before: Record) -> Record:
        """The columns that a body writes, as they read."""
        taken: Record = {}
        for name, value in _object(body).items():
            column, result = self._one(name, value, before)
            if column in taken or (column != name and column in body):
                raise bad(f"{name} and {column} cannot be both provided.")
            taken[column] = result
        return taken

    def _one(self, name: str, value: Any, before: Record) -> tuple[str, Any]:
        kind = self.kind
        field = kind.columns.get(name)
        if field is None:
            return self._relation(name, value)
        field_type = field["type"]
        if name == "id":
            return name, values.record_id(value)
        if field_type in RELATIONS:
            return name, values.uuid(value, name)
        if field_type in PARTS:
            return name, composites.written(field, value, before[name])
        if field_type == "POSITION":
            return name, values.position(value, name)
        if field_type == "FILES":
            return name, attached(self.workspace, field, value, before[name])
        return name, values.READERS[field_type](field, value)

    def _relation(self, name: str, value: Any) -> tuple[str, Any]:
        kind = self.kind
        if name in kind.many:
            raise bad(f"One-to-many relation {name} field does not support write operations.")
        relation = kind.relations.get(name)
        if relation is None:
            raise bad(f'Object {kind.singular} doesn\'t have any "{name}" field.')
        return relation.column, connected(self.workspace, relation, value)

    def _position(self, value: Any, place: int) -> int | float:
        table = self.workspace.tables[self.kind.id]
        if value == "first":
            lowest = table.lowest_position()
            return _whole((1 if lowest is None else lowest) - 1 - place)
        if value == "last":
            highest = table.highest_position()
            return _whole((0 if highest is None else highest) + 1 + place)
        given: int | float = value
        return given


def _object(body: Any) -> Record:
    """A list counts as an object with numbers as keys, as in JavaScript."""
    if isinstance(body, list):
        return {str(number): each for number, each in enumerate(body)}
    if not isinstance(body, dict):
        raise type_error("Cannot convert undefined or null to object")
    return body


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(_has_nul(each) for each in value.values()) or any("\x00" in str(key) for key in value)
    return isinstance(value, list) and any(_has_nul(each) for each in value)
