"""Requests made from the official description: as described, likely to be accepted, and broken on purpose."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from ..openapi import DATA

Kind = Literal["described", "likely", "broken"]
KINDS: tuple[Kind, ...] = ("described", "likely", "broken")
PREFIXES = {"v1": "/api/v1", "v2": "/api/v2"}

_KNOWN_IDS = [*range(1, 13), 1001, 1002]
_ELSEWHERE = frozenset({"postal_address", "notes", "im", "birthday", "job_title", "marketing_status", "is_deleted"})
"""Attributes that this account refuses whatever their value."""
_LIKELY: dict[str, Any] = {
    "add_time": {"enum": ["2009-03-04T05:06:07Z", "2009-03-04 05:06:07"]},
    "due_time": {"enum": ["10:00", "10:00:00"]},
    "duration": {"enum": ["00:30", "00:30:00"]},
    "currency": {"enum": ["USD", "EUR"]},
    "type": {"enum": ["call", "meeting", "parent", "related"]},
    "visible_to": {"enum": [1, 3, 5, 7]},
    "name": {"type": "string", "minLength": 1, "maxLength": 30},
    "title": {"type": "string", "minLength": 1, "maxLength": 30},
    "content": {"type": "string", "minLength": 1, "maxLength": 30},
    "label": {"type": "string", "minLength": 1, "maxLength": 10},
    "limit": {"type": "integer", "minimum": 1, "maximum": 500},
    "start": {"type": "integer", "minimum": 0, "maximum": 5},
    "ids": {"enum": ["1", "1,2,3", "9,2"]},
    "updated_since": {"enum": ["2020-01-01T00:00:00Z"]},
    "updated_until": {"enum": ["2090-01-01T00:00:00Z"]},
    "term": {"enum": ["an", "ana", "a"]},
}
"""Values of attributes that the description calls any text or number."""


@dataclass(frozen=True)
class Known:
    """What the account has, for likely requests: keys of custom fields with a value of each by object, UUIDs."""

    fields: Mapping[str, Mapping[str, Any]]
    options: list[int]
    leads: list[str]
    labels: list[str]


def requests(kind: Kind, examples: int, number: int, known: Known) -> Iterator[Any]:
    """``examples`` requests of every operation, in an order that ``number`` decides, as cases of schemathesis."""
    made: list[Any] = []
    document = _document(known if kind == "likely" else None)
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        ends = kind == "likely" and (operation.method == "delete" or operation.path.endswith("/merge"))
        made += _drawn(operation, kind, max(1, examples // 3) if ends else examples, number)
    random.Random(number).shuffle(made)
    yield from made


def _drawn(operation: Any, kind: Kind, examples: int, number: int) -> list[Any]:
    mode = GenerationMode.NEGATIVE if kind == "broken" else GenerationMode.POSITIVE
    cases: list[Any] = []

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        cases.append(case)

    try:
        collect()
    except Unsatisfiable:
        assert kind == "broken"  # nothing can be wrong with a request that has no parts
    return cases


def _document(known: Known | None) -> dict[str, Any]:
    described = json.loads((DATA / "openapi.json").read_text())["paths"]
    paths = {
        PREFIXES[version] + template: {
            method: _operation(facts, known and _Steering(known, template)) for method, facts in methods.items()
        }
        for version, templates in described.items()
        for template, methods in templates.items()
    }
    return {"openapi": "3.0.3", "info": {"title": "Pipedrive", "version": "1"}, "paths": paths}


def _operation(facts: dict[str, Any], steering: "_Steering | None") -> dict[str, Any]:
    operation: dict[str, Any] = {"parameters": facts["parameters"], "responses": {"200": {"description": ""}}}
    if facts["requestBody"]:
        operation["requestBody"] = {**facts["requestBody"], "required": True}
    return steering.steered(operation) if steering else operation


@dataclass(frozen=True)
class _Steering:
    """Turns a described operation into one whose requests mostly make sense: closed objects, values that may exist."""

    known: Known
    template: str

    def steered(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self.steered(each) for each in part]
        if not isinstance(part, dict):
            return part
        if part.get("in") in ("path", "query"):
            return {**part, "schema": self._likely(part["name"], part["schema"])}
        part = _flat(part)
        steered = {name: self.steered(each) for name, each in part.items()}
        if isinstance(part.get("properties"), dict):
            steered["properties"] = {
                name: self._likely(name, each)
                for name, each in part["properties"].items()
                if name not in _ELSEWHERE or self.template.startswith("/activities")
            }
            steered.setdefault("additionalProperties", False)
        return steered

    def _likely(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        if (own := self._of_account(name)) is not None:
            return own
        if name in _LIKELY and not (name == "visible_to" and schema.get("type") == "string"):
            return _LIKELY[name]
        if schema.get("type") == "integer" and "enum" not in schema:
            return {"type": "integer", "enum": _KNOWN_IDS}
        if schema.get("format") == "date" or name.endswith("_date"):
            return {"enum": ["2026-01-31"]}
        if name.endswith("_time"):
            return {"enum": ["2026-01-31T10:00:00Z"]}
        steered: dict[str, Any] = self.steered(schema)
        return steered

    def _of_account(self, name: str) -> dict[str, Any] | None:
        known, path = self.known, self.template.strip("/").partition("/")[0]
        object_name = path.removesuffix("Fields").removesuffix("s")
        fields = known.fields.get(object_name, {})
        if name == "custom_fields":
            return {"enum": [{}, *({key: value} for key, value in fields.items())]}
        if name in ("field_code", "field"):
            return {"enum": [*(fields or known.fields["person"]), "name"]}
        if name == "id" and path in ("leads", "leadLabels"):
            return {"enum": known.leads if path == "leads" else known.labels}
        if name == "lead_id":
            return {"enum": known.leads}
        if name == "label_ids":
            return {"type": "array", "items": {"enum": known.labels if path == "leads" else known.options}}
        if name == "id" and "/options" in self.template:
            return {"enum": known.options}
        return None


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """Objects that stand beside each other in ``allOf`` as one, so that it can be closed."""
    parts = schema.get("allOf")
    if not parts or not any("properties" in each for each in parts):
        return schema
    flat: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for each in map(_flat, parts):
        flat["properties"] |= each.get("properties", {})
        flat["required"] += each.get("required", [])
    return flat
