"""What can be done with the rows of an object, for REST and GraphQL alike. Everything is done whole or not at all."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from bridgework_twenty_sandbox import files, timeline
from bridgework_twenty_sandbox.answers import Record, Refused, bad, database, duplicate, no_permission, not_found
from bridgework_twenty_sandbox.cascades import delete_softly, destroy, restore
from bridgework_twenty_sandbox.filters import Filter
from bridgework_twenty_sandbox.keys import Key
from bridgework_twenty_sandbox.kinds import Kind, capital
from bridgework_twenty_sandbox.table import Table
from bridgework_twenty_sandbox.workspace import Workspace
from bridgework_twenty_sandbox.writing import Writer

MOST_UPDATED = 200


class Records:
    """The rows of one object in the hands of one key. All methods raise Refused."""

    def __init__(self, workspace: Workspace, kind: Kind, key: Key) -> None:
        self.workspace = workspace
        self.kind = kind
        self.key = key
        self.table: Table = workspace.tables[kind.id]
        self._writer = Writer(workspace, kind, key)

    # ------------------------------------------------------------ writing

    def create(self, bodies: list[Any], upsert: bool = False) -> list[Record]:
        """New rows in the order of the bodies; with ``upsert`` those that existed come first."""
        self._may(self.key.rights.can_update and self.kind.singular != "workspaceMember")
        most = self.workspace.options.max_batch
        if len(bodies) > most:
            raise Refused(
                f"Maximum number of records to upsert is {most}.",
                sub_code="TOO_MANY_RECORDS_TO_UPDATE",
                friendly=f"Maximum number of records to upsert is {most}.",
            )
        changed: dict[str, Record] = {}
        made: list[Record] = []
        for body in bodies:
            found = self._match(body) if upsert else None
            if found is None:
                made.append(self._writer.fresh(body, len(made)))
            else:
                row = changed.get(found) or self.table.get(found)
                assert row is not None
                revived = {**_without(body, "id", "createdBy"), "deletedAt": None}
                changed[found] = self._writer.changed(row, revived)
        if any(self.table.get(row["id"]) is not None for row in made):
            raise duplicate()
        rows = [*changed.values(), *made]
        self._check(rows)
        self._store(rows)
        return rows

    def _match(self, body: Any) -> str | None:
        """The row that an upsert hits: any unique value counts, soft-deleted rows too."""
        if not isinstance(body, dict):
            return None
        sent = self._writer.changes(body, self.kind.blank)
        hits: dict[str, str] = {}
        for unique in self.kind.uniques:
            if unique.field not in sent:
                continue
            key = unique.key(sent)
            owner = None if key is None else self.table.owner_of(unique, key)
            if owner is not None:
                hits[f"{unique.field} ({unique.path}: {key})"] = owner
        if len(set(hits.values())) > 1:
            raise bad(
                f"Multiple records found with the same unique field values for {'; '.join(hits)}. "
                "Cannot determine which record to update."
            )
        return next(iter(hits.values()), None)

    def update(self, row_id: str, body: Any) -> Record:
        """Soft-deleted rows can be changed and stay deleted."""
        self._may_write()
        row = self.table.get(row_id)
        if row is None:
            self._writer.changes(body, self.kind.blank)
            raise not_found()
        return self._changed([row], body)[0]

    def update_many(self, wanted: Filter, body: Any) -> list[Record]:
        """Soft-deleted rows that match are changed too (recorded; the note beside the recording says otherwise)."""
        self._may_write()
        rows = self._hit(wanted, deleted=True)
        if len(rows) > MOST_UPDATED:
            raise Refused(
                f"Cannot update more than {MOST_UPDATED} records at once",
                error="Error",
                code="TOO_MANY_RECORDS_TO_UPDATE",
                friendly=f"You can only update up to {MOST_UPDATED} records at once.",
            )
        if not rows:
            self._writer.changes(body, self.kind.blank)
        return self._changed(rows, body)

    def _changed(self, rows: list[Record], body: Any) -> list[Record]:
        after = [self._writer.changed(row, body) for row in rows]
        if any(new["id"] != row["id"] for row, new in zip(rows, after, strict=True)):
            name = foreign_key("timelineActivity", f"target{capital(self.kind.singular)}Id")
            raise database(f'update or delete on table "{self.kind.table}" violates foreign key constraint "{name}"')
        self._check(after)
        self._store(after)
        return after

    def _check(self, rows: list[Record]) -> None:
        """Unique indexes first, then foreign keys, as the database does."""
        own = {row["id"] for row in rows}
        if len(own) != len(rows):
            raise duplicate()
        existing = {row["id"] for row in rows if self.table.get(row["id"]) is not None}
        for unique in self.kind.uniques:
            taken: dict[Any, str] = {}
            for row in rows:
                key = unique.key(row)
                if key is None:
                    continue
                owner = self.table.owner_of(unique, key)
                if taken.setdefault(key, row["id"]) != row["id"] or (
                    owner not in (None, row["id"]) and owner not in own
                ):
                    raise duplicate()
        self._check_targets(rows, own - existing)

    def _check_targets(self, rows: list[Record], new: set[str]) -> None:
        for relation in self.kind.relations.values():
            target = self.workspace.tables.get(relation.target)
            for wanted in {row[relation.column] for row in rows} - {None}:
                if target is None or (target.get(wanted) is None and not (target is self.table and wanted in new)):
                    raise database(
                        f'insert or update on table "{self.kind.table}" violates foreign key constraint '
                        f'"{foreign_key(self.kind.table, relation.column)}"',
                        "This operation references a record that does not exist or cannot be modified due to existing "
                        "relationships.",
                    )

    def _store(self, rows: list[Record]) -> None:
        self._take_files(rows)
        for row in rows:
            before = self.table.get(row["id"])
            self.table.put(row)
            timeline.note(self.workspace, self.kind, before, row)

    def _take_files(self, rows: list[Record]) -> None:
        taken: list[str] = [each["fileId"] for name in self.kind.files for row in rows for each in row[name] or ()]
        for number, file_id in enumerate(taken):
            if file_id in taken[:number]:
                raise bad(f"File {file_id} is already associated with a permanent files field")
        files.take(self.workspace, taken)

    # ------------------------------------------------------------ deleting

    def delete(self, row_id: str) -> Record:
        self._may(self.key.rights.can_soft_delete)
        return self._one(row_id, delete_softly)

    def delete_many(self, wanted: Filter) -> list[Record]:
        self._may(self.key.rights.can_soft_delete)
        return self._each(self._hit(wanted), delete_softly)

    def destroy(self, row_id: str) -> Record:
        self._may(self.key.rights.can_destroy)
        return self._one(row_id, destroy)

    def destroy_many(self, wanted: Filter) -> list[Record]:
        """Soft-deleted rows that match are hit too."""
        self._may(self.key.rights.can_destroy)
        return self._each(self._hit(wanted, deleted=True), destroy)

    def restore(self, row_id: str) -> Record:
        self._may(self.key.rights.can_soft_delete)
        return self._one(row_id, restore)

    def restore_many(self, wanted: Filter) -> list[Record]:
        """Live rows that match are answered too and get a new ``updatedAt``."""
        self._may(self.key.rights.can_soft_delete)
        return self._each(self._hit(wanted, deleted=True), restore)

    def _one(self, row_id: str, act: Callable[[Workspace, Kind, Record, Key], Record]) -> Record:
        row = self.table.get(row_id)
        if row is None:
            raise not_found()
        return act(self.workspace, self.kind, row, self.key)

    def _each(self, rows: list[Record], act: Callable[[Workspace, Kind, Record, Key], Record]) -> list[Record]:
        done = []
        for row in rows:
            current = self.table.get(row["id"])
            if current is not None:
                done.append(act(self.workspace, self.kind, current, self.key))
        return done

    # ------------------------------------------------------------ reading

    def one(self, row_id: str) -> Record:
        row = self.table.get(row_id)
        if row is None or row["deletedAt"] is not None:
            raise not_found()
        return row

    def found(self, wanted: Filter, deleted: bool = False) -> Iterable[Record]:
        """Rows that match, by id. Soft-deleted ones only when asked for, or when the filter speaks of them."""
        hidden = not (deleted or wanted.speaks_of_deleted)
        for row_id in wanted.candidates(self.table):
            row = self.table.get(row_id)
            if row is not None and not (hidden and row["deletedAt"] is not None) and wanted.matches(row):
                yield row

    def _hit(self, wanted: Filter, deleted: bool = False) -> list[Record]:
        """Rows that a bulk operation changes, in the order in which the real database finds them."""
        return sorted(self.found(wanted, deleted), key=lambda row: self.table.version(row["id"]))

    # ------------------------------------------------------------ rights

    def values(self, body: Any) -> Record:
        """What a body would write, without writing it."""
        return self._writer.changes(body, self.kind.blank)

    def may_destroy(self) -> None:
        self._may(self.key.rights.can_update and self.key.rights.can_destroy)

    def _may_write(self) -> None:
        self._may(self.key.rights.can_update and self.kind.singular != "workspaceMember")

    def _may(self, allowed: bool) -> None:
        if not allowed:
            raise no_permission()


def foreign_key(table: str, column: str) -> str:
    """The name of a foreign key; the real ones are generated too."""
    return "FK_" + sha256(f"{table}.{column}".encode()).hexdigest()[:27]


def _without(body: Any, *names: str) -> Record:
    return {name: value for name, value in body.items() if name not in names}
