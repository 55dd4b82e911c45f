"""The search vector of a row: its words with their places, as the database keeps them."""

import re
from collections.abc import Iterator
from typing import Any

from bridgework_twenty_sandbox.answers import Record
from bridgework_twenty_sandbox.kinds import Kind

_WORD = re.compile(r"[^\W_]+(?:[.@'-][^\W_]+)*")
_MOST_CHARACTERS = 2000


def vector(kind: Kind, row: Record) -> str:
    """Empty for objects that are not searched."""
    if not kind.meta["isSearchable"]:
        return ""
    text = " ".join(_texts(kind, row))[:_MOST_CHARACTERS].lower()
    places: dict[str, list[int]] = {}
    for place, word in enumerate(_WORD.findall(text), start=1):
        places.setdefault(word, []).append(place)
    return " ".join(f"'{word}':{','.join(map(str, listed))}" for word, listed in sorted(places.items()))


def _texts(kind: Kind, row: Record) -> Iterator[str]:
    for name in kind.searched:
        value: Any = row[name]
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (part for key, part in value.items() if isinstance(part, str) and key != "blocknote")
