"""Rules as the mapping calls them for people; in results they stand under the names of the mapping file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bridgework.reports.reading import dictionary

_BY_RULE: Final = frozenset(("rules", "outcomes", "classes", "checks"))  # parts of a result with rules as their keys
_OF_ITS_OWN: Final = frozenset(("surveyed", "load_order"))  # the plan shows both names


def called(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result with rules by their `labels`; two rules that share a label keep their names beside it."""
    labels = {str(name): str(label) for name, label in dictionary(result.get("labels")).items() if label}
    if not labels:
        return result
    uses = Counter(labels.values())
    names = {name: label if uses[label] == 1 else f"{label} ({name})" for name, label in labels.items()}
    return {key: _called(key, value, names) for key, value in result.items()}


def _called(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if key == "rule":
        return names.get(str(value), value)
    if key in _OF_ITS_OWN:
        return value
    if isinstance(value, Mapping):
        by_rule = key in _BY_RULE
        return {names.get(name, name) if by_rule else name: _called(name, part, names) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_called("", part, names) for part in value]
    return value
