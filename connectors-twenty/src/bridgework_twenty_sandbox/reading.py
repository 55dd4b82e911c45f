"""Rows as they are answered: alone, or with what is related to them."""

from bridgework_twenty_sandbox import files
from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.kinds import Kind, ManySide, Relation
from bridgework_twenty_sandbox.workspace import Workspace

MOST_RELATED = 60


class Reader:
    """``base_url`` is where signed links lead to."""

    def __init__(self, workspace: Workspace, base_url: str) -> None:
        self.workspace = workspace
        self.base_url = base_url

    def plain(self, kind: Kind, row: Record) -> Record:
        """Without relations: only the ids of the one sides."""
        if not any(row[name] for name in kind.files):
            return row
        return {**row, **{name: files.shown(self.workspace, row[name], self.base_url) for name in kind.files}}

    def deep(self, kind: Kind, row: Record) -> Record:
        """With relations, one step far. The id of a soft-deleted target reads null though it is still stored."""
        shown = dict(self.plain(kind, row))
        for relation in kind.relations.values():
            target = self.target(relation, row)
            shown[relation.name] = target and self.plain(self.workspace.kinds[relation.target], target)
            if target is None:
                shown[relation.column] = None
        for side in kind.many.values():
            source = self.workspace.kinds[side.source]
            shown[side.name] = [self.plain(source, each) for each in self.many(side, row)[:MOST_RELATED]]
        return shown

    def target(self, relation: Relation, row: Record) -> Record | None:
        wanted = row[relation.column]
        target = self.workspace.tables[relation.target].get(wanted) if wanted else None
        return None if target is None or target["deletedAt"] is not None else target

    def many(self, side: ManySide, row: Record) -> list[Record]:
        """Live rows that point here, in the order in which the real database finds them."""
        table = self.workspace.tables[side.source]
        rows = [each for row_id in table.pointing_at(side.column, row["id"]) if (each := table.get(row_id))]
        live = (each for each in rows if each["deletedAt"] is None)
        return sorted(live, key=lambda each: table.version(each["id"]))
