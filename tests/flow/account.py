"""What stands in the simulated Pipedrive account, read straight from its state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bridgework.sandbox import Running

Record = dict[str, Any]

# What a real account keeps for ever, whoever takes the records out again.
_GROWS = frozenset({"update_time", "counters", "meters", "next_ids"})
_GIVEN = frozenset(
    {
        "id",
        "update_time",
        "marked_as_done_time",
        "stage_change_time",
        "pipeline_id",
        "stage_id",
        "url",
        "file_name",
        "name",
    }
    | {"remote_id", "active_flag", "add_time", "log_id", "cid", "mail_message_id", "mail_template_id"}
)
_POINTERS = {"org_id": "organizations", "person_id": "persons", "deal_id": "deals"}
_MARKER = re.compile(r"sensei\.[a-z-]+\.[^\]\s\"<]*?[/=][a-z0-9]{6}(?:\.g[0-9]+)?(?![A-Za-z0-9])")


class Account:
    """A snapshot of the account: live rows by table, custom fields by the label people see."""

    def __init__(self, running: Running) -> None:
        self.state = running.state()
        self._objects: Mapping[str, list[Record]] = self.state["objects"]
        self._fields = [row for row in self._objects["fields"] if not row["deleted"]]

    def rows(self, table: str) -> list[Record]:
        """Rows that are not deleted, in id order."""
        return [row for row in self._objects[table] if not gone(row)]

    def one(self, table: str, **wanted: Any) -> Record:
        """The only row with these attributes."""
        found = [row for row in self.rows(table) if all(row[name] == value for name, value in wanted.items())]
        assert len(found) == 1, f"{len(found)} rows of {table} fit {wanted}"
        return found[0]

    def named(self, table: str, name: str) -> Record:
        """The only row of that name."""
        return self.one(table, name=name)

    def custom(self, object_name: str, row: Record) -> Record:
        """Custom fields of a row that hold something, by label; options by label, money as (amount, currency)."""
        held: Record = {}
        values = row.get("custom_fields") or {}
        for field in self._fields:
            if field["object"] != object_name or not field["is_custom_field"]:
                continue
            value = values.get(field["field_code"])
            if value in (None, "", [], {}):
                continue
            held[field["field_name"]] = _readable(field, value)
        return held

    def field_labels(self, object_name: str) -> set[str]:
        """Labels of the custom fields an object has."""
        return {row["field_name"] for row in self._fields if row["object"] == object_name and row["is_custom_field"]}

    def markers(self) -> Counter[str]:
        """How often every marker of a migration stands on a live record."""
        found: Counter[str] = Counter()
        for table in ("persons", "organizations", "deals", "activities", "notes", "files"):
            for row in self.rows(table):
                found.update(set(map(_plain, _MARKER.findall(_text(row)))))
        return found

    def migrated(self) -> dict[str, int]:
        """How many live rows the tables that a migration fills have."""
        tables = ("persons", "organizations", "deals", "activities", "files", "relationships")
        return {table: len(self.rows(table)) for table in tables}

    def records(self) -> dict[str, Record]:
        """Every live record that carries a marker, under that marker without its migration: its values, with the
        records it points to under their markers. What the account itself gives (ids, stamps) is left out.
        """
        tables = ("persons", "organizations", "deals", "activities", "files")
        names = {(table, row["id"]): _name(row) for table in tables for row in self.rows(table)}
        found: dict[str, Record] = {}
        for (table, id_), name in names.items():
            [row] = [row for row in self.rows(table) if row["id"] == id_]
            assert name not in found, f"{name} is there twice"
            found[name] = self._described(table, row, names)
        for row in self.rows("relationships"):
            ends = [names["organizations", row[key]] for key in ("rel_owner_org_id", "rel_linked_org_id")]
            name = " > ".join(ends)
            assert name not in found, f"{name} is there twice"
            found[name] = {"type": row["type"]}
        return found

    def _described(self, table: str, row: Record, names: Mapping[tuple[str, int], str]) -> Record:
        values = {key: value for key, value in row.items() if key not in _GIVEN}
        for key, target in _POINTERS.items():
            if isinstance(values.get(key), int):
                values[key] = names[target, values[key]]
        values.pop("participants", None)  # the same as person_id
        links = {field["field_name"]: field["field_type"] for field in self._fields}
        custom = self.custom(table.removesuffix("s"), row)
        for label, value in custom.items():
            if (target := {"people": "persons", "org": "organizations"}.get(links[label], "")) and isinstance(
                value, int
            ):
                custom[label] = names[target, value]
        custom.pop("Source id", None)
        return {**values, "custom_fields": custom, "note": _MARKER.sub("", row.get("note") or "")}

    def content(self) -> Any:
        """Everything that is there, without what only ever grows and without what is deleted."""
        return _content(self.state)


def gone(row: Record) -> bool:
    """Whether a row is only the stub of something deleted."""
    return row.get("is_deleted") is True or row.get("active_flag") is False or row.get("deleted") is True


def _name(row: Record) -> str:
    markers = {_plain(marker) for marker in _MARKER.findall(_text(row))}
    assert len(markers) == 1, f"a row with {len(markers)} markers"
    return markers.pop().rpartition("/")[0]


def _content(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _content(item) for key, item in value.items() if key not in _GROWS}
    if isinstance(value, list):
        return [_content(item) for item in value if not (isinstance(item, dict) and gone(item))]
    return value


def _readable(field: Record, value: Any) -> Any:
    if field["options"]:
        labels = {option["id"]: option["label"] for option in field["options"]}
        return [labels[item] for item in value] if isinstance(value, list) else labels[value]
    if isinstance(value, dict) and "currency" in value:
        return (value["value"], value["currency"])
    return value


def _text(value: Any) -> str:
    return "\n".join(_strings(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _plain(marker: str) -> str:
    return marker.replace("=", "/")
