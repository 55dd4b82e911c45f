"""From YAML texts to one checked mapping: overriding, and errors that name file, line and field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bridgework.errors import MappingError
from bridgework.mapping.document import FieldSpec, MappingFile, Rule, Strict, Test
from bridgework.mapping.yamltext import Place, YamlText, read_yaml

_CORRECT = "correct mapping.yaml, then: bridgework plan --test"

# Tables that an override changes entry by entry; everything else it replaces as a whole.
_TABLES: tuple[tuple[str, ...], ...] = (
    (),
    ("options",),
    ("lists",),
    ("zones",),
    ("same_person",),
    ("objects",),
    ("computed",),
    ("computed", "*"),
    ("rules",),
    ("rules", "*"),
    ("rules", "*", "fields"),
    ("rules", "*", "drop"),
    ("rules", "*", "archive_fields"),
)


@dataclass(frozen=True)
class Mapping:
    """A checked mapping and the texts it came from, for messages that name a line."""

    file: MappingFile
    texts: tuple[YamlText, ...]

    def where(self, *place: str | int) -> str:
        """``file:line`` of that place; the text that says most about it counts, the later one in doubt."""
        best = max(enumerate(self.texts), key=lambda item: (_depth(item[1], place), item[0]), default=None)
        return f"{best[1].name}:{best[1].line(place)}" if best else "mapping:1"

    def first(self, count: int) -> Mapping:
        """What the first `count` texts say, without those that override them."""
        texts = self.texts[:count]
        return Mapping(MappingFile.model_validate(document(texts)), texts)

    def problem(self, place: Place, reason: str) -> str:
        """One line for `MappingError.problems`."""
        return f"{self.where(*place)}: {'.'.join(map(str, place)) or 'mapping'}: {reason}"


def load_mapping(texts: Iterable[tuple[str, str]]) -> Mapping:
    """Read (file name, YAML text) pairs, later ones overriding earlier ones rule by rule and field by field.

    ``null`` in a later text removes what an earlier one says. MappingError carries every problem found.
    """
    read = tuple(read_yaml(name, text) for name, text in texts)
    for text in read:
        if text.data is not None and not isinstance(text.data, dict):
            problem = f"{text.name}:1: a mapping is a table with the key rules"
            raise MappingError(f"{problem}.", problems=(problem,), next_step=_CORRECT)
    data = document(read)
    empty = Mapping(MappingFile(), read)
    try:
        return Mapping(MappingFile.model_validate(data), read)
    except ValidationError as failure:
        problems = [_explain(empty, data, error) for error in failure.errors(include_url=False, include_input=False)]
        raise mapping_error(problems) from None


def document(texts: Iterable[YamlText]) -> dict[str, Any]:
    """The texts as one document in the words people wrote, later ones over earlier ones."""
    data: dict[str, Any] = {}
    for text in texts:
        data = _merged(data, text.data or {}, ())
    return data


def mapping_error(problems: Sequence[str]) -> MappingError:
    """The error for a list of problems; its text shows the first."""
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return MappingError(f"The mapping does not hold: {problems[0]}{more}.", problems=problems, next_step=_CORRECT)


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of mapping files, for editors. Short forms are allowed wherever the model widens them."""
    schema = MappingFile.model_json_schema(by_alias=True)
    text, many = {"type": "string"}, {"type": "array"}
    short = {
        "FieldSpec": [text],
        "Test": [text, many, {"type": "boolean"}, {"type": "integer"}],
        "Disposition": [text],
        "OptionSpec": [text, {"type": "boolean"}, {"type": "integer"}],
        "CustomFields": [{"type": "boolean"}],
    }
    for name, forms in short.items():
        schema["$defs"][name] = {"anyOf": [*forms, schema["$defs"][name]]}
    rule = schema["$defs"]["Rule"]["properties"]
    rule["by"] = {"anyOf": [text, {"$ref": "#/$defs/FieldSpec"}, rule["by"]]}
    rule["group"] = {"anyOf": [text, {"type": "object"}, rule["group"]]}
    field = schema["$defs"]["FieldSpec"]["anyOf"][-1]["properties"]
    field["use"] = {"anyOf": [text, field["use"]]}
    where: dict[str, Any] = schema["$defs"]["Where"]
    where.clear()
    where.update(type="object", additionalProperties=True)
    entry = {"anyOf": [{"$ref": "#/$defs/Rule"}, {"type": "null"}]}
    schema["properties"]["rules"]["additionalProperties"] = entry
    plain: dict[str, Any] = json.loads(json.dumps(schema))
    return plain


def nearest(name: str, known: Iterable[str]) -> str:
    """``, did you mean X`` for the nearest known name, or nothing."""
    found = process.extractOne(name, sorted(set(known)), scorer=fuzz.ratio, score_cutoff=60)
    return f", did you mean {found[0]}" if found else ""


def _depth(text: YamlText, place: Sequence[str | int]) -> int:
    depth = len(place)
    while depth and tuple(place[:depth]) not in text.lines:
        depth -= 1
    return depth


def _merged(base: Any, over: Any, place: tuple[str, ...]) -> Any:
    if place == ("tests",) and isinstance(base, list) and isinstance(over, list):
        return [*base, *over]
    if len(place) == 2 and place[0] == "options" and isinstance(base, dict) and not isinstance(over, dict):
        return {**base, "default": over}
    if not isinstance(base, dict) or not isinstance(over, dict) or not _is_table(place):
        return over
    result = dict(base)
    for key, value in over.items():
        if value is None and place:
            result.pop(key, None)
        elif value is None:  # a heading with nothing below it removes nothing
            continue
        else:
            result[key] = _merged(base.get(key, {} if isinstance(value, dict) else None), value, (*place, key))
    return result


def _is_table(place: tuple[str, ...]) -> bool:
    return any(
        len(table) == len(place) and all(want in ("*", part) for want, part in zip(table, place, strict=True))
        for table in _TABLES
    )


def _explain(mapping: Mapping, data: Any, error: ErrorDetails) -> str:
    place = _real_place(data, error["loc"], error["type"] == "missing")
    reason = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        reason = f"unknown key{nearest(str(place[-1]), _keys_at(place))}"
    elif error["type"] == "missing":
        reason = "is missing"
        if len(place) == 3 and place[0] == "rules" and place[2] == "from":
            others = [name for name in data["rules"] if name != place[1]]
            reason += f": there is no rule {place[1]} to change{nearest(str(place[1]), others)}"
    elif error["type"] == "model_type":
        reason = "must be a table of keys"
    return mapping.problem(place, reason[:1].lower() + reason[1:])


def _real_place(data: Any, loc: tuple[str | int, ...], missing: bool) -> Place:
    """The parts of a pydantic location that stand in the document (its short forms and unions add others)."""
    place: list[str | int] = []
    for part in loc:
        if isinstance(data, dict) and part in data:
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif not (missing and part == loc[-1]):
            continue
        place.append(part)
    return tuple(place)


def _keys_at(place: Place) -> list[str]:
    if len(place) == 1:
        return _keys(MappingFile)
    if place[0] != "rules":
        return []
    if len(place) == 3:
        return _keys(Rule)
    return _keys(Test) + _keys(FieldSpec)


def _keys(model: type[Strict]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]
