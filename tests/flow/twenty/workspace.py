"""What stands in the simulated workspace, read straight from its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgework.sandbox import Running

Record = dict[str, Any]
FILLED = ("company", "person", "note", "noteTarget", "treatmentPlan", "attachment")
# Given by the server, or another one each time.
_GIVEN = frozenset(
    {"id", "createdAt", "updatedAt", "updatedBy", "position", "searchVector", "sourceId", "file", "createdBy", "bodyV2"}
)
_DEMO = "SYSTEM"


class Workspace:
    """A snapshot: rows by object, those of the trash and the samples of a new workspace apart."""

    def __init__(self, running: Running) -> None:
        self.state = running.state()
        self._objects: Mapping[str, list[Record]] = self.state["objects"]

    def rows(self, name: str) -> list[Record]:
        """Rows that are neither in the trash nor samples, in id order."""
        return [row for row in self._objects.get(name, []) if not row["deletedAt"] and not _demo(row)]

    def trash(self, name: str) -> list[Record]:
        """Rows of the trash."""
        return [row for row in self._objects.get(name, []) if row["deletedAt"]]

    def samples(self) -> int:
        """How many samples of a new workspace are there, unchanged by anybody."""
        return sum(_demo(row) and not row["deletedAt"] for rows in self._objects.values() for row in rows)

    def one(self, name: str, /, **wanted: Any) -> Record:
        """The only row with these values."""
        found = [row for row in self.rows(name) if all(row[key] == value for key, value in wanted.items())]
        assert len(found) == 1, f"{len(found)} rows of {name} fit {wanted}"
        return found[0]

    def made_from(self, name: str, marker: str) -> Record:
        """The only row whose identity begins so."""
        found = [row for row in self.rows(name) if str(row["sourceId"]).startswith(f"sensei.{marker}/")]
        assert len(found) == 1, f"{len(found)} rows of {name} carry {marker}"
        return found[0]

    def person(self, first: str, last: str) -> Record:
        return self.one("person", name={"firstName": first, "lastName": last})

    def field_names(self, name: str) -> set[str]:
        """Names of the fields that were made on an object."""
        ids = {row["id"]: row["nameSingular"] for row in self.state["metadata"]["objects"]}
        standard = {row["id"]: row["applicationId"] for row in self.state["metadata"]["objects"]}
        return {
            field["name"]
            for field in self.state["metadata"]["fields"]
            if ids.get(field["objectMetadataId"]) == name
            and (name == "treatmentPlan" or field["applicationId"] != standard[field["objectMetadataId"]])
        }

    def object_names(self) -> set[str]:
        return {row["nameSingular"] for row in self.state["metadata"]["objects"]}

    def counts(self) -> dict[str, int]:
        """Live rows that are no samples, by object."""
        return {name: len(self.rows(name)) for name in FILLED}

    def records(self) -> dict[str, Record]:
        """Every live record under its identity without migration and generation (links: under those of their ends):
        its values, with the records it points to under theirs. What the server gives is left out.
        """
        names = {row["id"]: _name(row) for name in FILLED for row in self.rows(name) if row.get("sourceId")}
        names |= {row["id"]: row["userEmail"] for row in self.rows("workspaceMember")}
        found: dict[str, Record] = {}
        for kind in FILLED:
            for row in self.rows(kind):
                plain = {key: names.get(str(value), value) for key, value in row.items() if key not in _GIVEN and value}
                if "bodyV2" in row:
                    plain["body"] = row["bodyV2"]["markdown"]
                name = names.get(row["id"]) or f"{kind}: {sorted(map(str, plain.values()))}"
                assert name not in found, f"{name} is there twice"
                found[name] = plain
        return found


def _demo(row: Mapping[str, Any]) -> bool:
    author = row.get("createdBy")
    return isinstance(author, Mapping) and author.get("source") == _DEMO


def _name(row: Record) -> str:
    return str(row["sourceId"]).partition("/")[0]
