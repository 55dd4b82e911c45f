"""What stands in the simulated account, described as the oracle describes what must; and the differences."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .reading import Row

MARKER = re.compile(r"sensei\.[a-z-]+\..*?/[a-z0-9]{6}(?![A-Za-z0-9])")
TABLES = ("persons", "organizations", "deals", "activities", "files")


class Standing:
    """Live records of a state of the sandbox, by the name in their marker."""

    def __init__(self, state: Row) -> None:
        self.objects = state["objects"]
        self.fields = [row for row in self.objects["fields"] if not row.get("deleted")]
        self.users = {row["id"]: row["email"].lower() for row in self.objects["users"]}
        self.names: dict[tuple[str, int], str] = {}
        self.twice: list[str] = []
        for table in TABLES:
            for row in self._live(table):
                name = self._name(table, row)
                if name in self.names.values():
                    self.twice.append(name)
                self.names[table, row["id"]] = name

    def _live(self, table: str) -> list[Row]:
        return [
            row
            for row in self.objects[table]
            if not (row.get("is_deleted") or row.get("deleted") or row.get("active_flag") is False)
        ]

    def _name(self, table: str, row: Row) -> str:
        text = " ".join(_strings(row))
        found = MARKER.findall(text.replace("=", "/") if table == "files" else text)
        if not found:
            return f"{table} without a marker {row['id']}"
        name = found[0].rpartition("/")[0]
        rule = "sensei.organizations-referrers."  # its key holds blanks, so the marker has the key's hash
        return rule + " ".join(row["name"].split()) if name.startswith(rule) else name

    def field_types(self) -> dict[tuple[str, str], str]:
        """Type of every custom field by object and label."""
        return {(row["object"], row["field_name"]): row["field_type"] for row in self.fields if row["is_custom_field"]}

    def records(self) -> dict[str, Row]:
        found = {}
        stages = {row["id"]: row["name"] for row in self.objects["stages"]}
        pipelines = {row["id"]: row["name"] for row in self.objects["pipelines"]}
        for table in TABLES:
            for row in self._live(table):
                seen = dict(row)
                seen["owner"] = self.users.get(row.get("owner_id"))
                seen["org"] = self.names.get(("organizations", row.get("org_id")))
                seen["person"] = self.names.get(("persons", row.get("person_id")))
                seen["stage"] = stages.get(row.get("stage_id"))
                seen["pipeline"] = pipelines.get(row.get("pipeline_id"))
                seen["custom"] = self._custom(table, row)
                name = self.names[table, row["id"]]
                if name.startswith("sensei.recalls."):  # its key may hold blanks too
                    name = f"sensei.recalls of {seen['person']} due {row['due_date']}"
                    self.twice += [name] if name in found else []
                found[name] = seen
        for row in self._live("relationships"):
            ends = [self.names["organizations", row[end]] for end in ("rel_owner_org_id", "rel_linked_org_id")]
            found[" > ".join(ends)] = {"type": row["type"], "custom": {}}
        return found

    def _custom(self, table: str, row: Row) -> Row:
        values, held = row.get("custom_fields") or {}, {}
        for field in self.fields:
            value = values.get(field["field_code"])
            if field["object"] + "s" != table or value in (None, "", [], {}):
                continue
            if field["is_custom_field"]:
                held[field["field_name"]] = self._readable(field, value)
        return held

    def _readable(self, field: Row, value: Any) -> Any:
        if field["options"]:
            return {option["id"]: option["label"] for option in field["options"]}[value]
        if field["field_type"] == "org":
            return self.names["organizations", value]
        if field["field_type"] == "people":
            return self.names["persons", value]
        if field["field_type"] == "monetary":
            return Decimal(str(value["value"]))
        if field["field_type"] == "address":
            return value["value"]
        return value


def differences(expected: dict[str, Row], standing: dict[str, Row]) -> list[str]:
    """One line per difference: what is missing, what is too much, which value is another one."""
    found = [f"missing: {name}" for name in expected if name not in standing]
    found += [
        f"too much: {name} {standing[name].get('subject') or standing[name].get('name')}"
        for name in standing
        if name not in expected
    ]
    for name in expected.keys() & standing.keys():
        found += [f"{name}: {line}" for line in _values(expected[name], standing[name])]
    return sorted(found)


def _values(wanted: Row, row: Row) -> Iterator[str]:
    custom = dict(row["custom"])
    custom.pop("Source id", None)
    guardians = {
        kind: [item["value"] for item in row.get(kind) or [] if item["label"] == "guardian"]
        for kind in ("phones", "emails")
    }
    for name, value in wanted.items():
        if name in ("phones", "emails"):
            seen = [item for item in row.get(name) or [] if item["label"] != "guardian"]
            if name == "emails":
                yield from _same(name, [text.lower() for text in value], [item["value"].lower() for item in seen])
            else:
                yield from _same(
                    name,
                    [(_digits(number), kind) for number, kind in value],
                    [(_digits(item["value"]), item["label"]) for item in seen],
                )
                if value and not seen[0].get("primary"):
                    yield "the preferred telephone is not primary"
        elif name.startswith("guardian "):
            seen_values = guardians.pop(name.split()[1])
            own = {_digits(item["value"]) for item in row.get("phones") or [] if item["label"] != "guardian"}
            own |= {item["value"].lower() for item in row.get("emails") or [] if item["label"] != "guardian"}
            expected = sorted({text.lower() if "@" in text else _digits(text) for text in value} - own)
            yield from _same(
                name, expected, sorted(text.lower() if "@" in text else _digits(text) for text in seen_values)
            )
        elif name.endswith(" in any order"):
            label = name.removesuffix(" in any order")
            text = custom.pop(label, None) or ""
            yield from _same(label, sorted(value), sorted(text.split("; ")) if text else [])
        elif name in ("subject has", "note has"):
            text = _plain(row.get(name.split()[0]))
            yield from (f"{name}: {part!r} is not in {text!r}" for part in value if _plain(part) not in text)
        elif name == "note lacks":
            yield from (f"{part!r} is in the note" for part in value if part in _plain(row.get("note")))
        elif name in ("Address", "address"):
            seen_text = custom.pop("Address", None) if name == "Address" else (row.get("address") or {}).get("value")
            yield from (
                f"{name}: {part!r} not in {seen_text!r}" for part in value or [] if part not in (seen_text or "")
            )
            if not value and seen_text:
                yield f"{name}: {seen_text!r} must be empty"
        elif name in ("Individual providers", "Procedures has"):
            text = custom.pop(name.removesuffix(" has"), None) or ""
            yield from (f"{name}: {part!r} not in {text!r}" for part in value if part not in text)
        elif name == "due_time" or name == "duration":
            yield from _same(name, value, (row.get(name) or "")[:5] or None)
        elif name == "name":  # inner blanks of an organization's name are nobody's business
            yield from _same(name, value, " ".join((row.get("name") or "").split()))
        elif name == "add_time" and value is None:
            continue  # the account's own
        elif name in row and name != "custom":
            yield from _same(name, value, row[name])
        else:
            yield from _same(name, value, custom.pop(name.removeprefix("custom "), None))
    for kind, rest in guardians.items():
        if rest:
            yield f"guardian {kind} must not be there: {rest}"
    for name, value in custom.items():
        yield f"{name}: {value!r} must be empty"


def _same(name: str, wanted: Any, seen: Any) -> Iterator[str]:
    if _value(wanted) != _value(seen):
        yield f"{name}: {seen!r} instead of {wanted!r}"


def _value(value: Any) -> Any:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value)).normalize() + 0
    return None if value == "" else value


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[-10:]


def _plain(text: str | None) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<br ?/?>", " ", text or ""))).strip()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
