"""Field keys of the destination with their labels, as the journal knows them: the first picture, and the receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

from bridgework.journal import Journal
from bridgework.model import Receipt


@dataclass(frozen=True, slots=True)
class Labels:
    """`label` for the key of a field; `key` for its label. `created` are (object, key) of fields we made."""

    _labels: Mapping[tuple[str, str], str]
    _keys: Mapping[tuple[str, str], str]
    created: frozenset[tuple[str, str]] = made_by(default_factory=frozenset)

    def label(self, object_name: str, key: str) -> str:
        """The label of a field; its key where no label is known."""
        return self._labels.get((object_name, key), key)

    def key(self, object_name: str, label: str) -> str:
        """The destination's own key of a field; empty where the journal does not know it."""
        return self._keys.get((object_name, label), "")


def labels_of(journal: Journal) -> Labels:
    """Read both from the journal. A field of ours wins over one of the same label that was there before."""
    labels: dict[tuple[str, str], str] = {}
    keys: dict[tuple[str, str], str] = {}
    picture = journal.last_event("schema_picture")
    for object_name, fields in _fields(picture.payload if picture else {}):
        for key, (label, _) in fields.items():
            labels[object_name, key] = label
            keys.setdefault((object_name, label), key)
            keys.setdefault((object_name, key), key)
    receipts = [each for each in journal.receipts() if each.kind == "field"]
    for receipt in receipts:
        labels[receipt.object, receipt.key] = receipt.name
        keys[receipt.object, receipt.name] = receipt.key
    return Labels(labels, keys, frozenset(_created(receipts)))


def _fields(payload: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return list(payload.get("picture", {}).items())


def _created(receipts: list[Receipt]) -> list[tuple[str, str]]:
    return [(each.object, each.key) for each in receipts if each.created]
