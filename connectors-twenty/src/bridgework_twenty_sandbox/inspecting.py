"""Values as the server writes them into messages (the notation of Node's ``util.inspect``)."""

import re
from decimal import Decimal
from typing import Any

_BARE = re.compile(r"^[A-Za-z_$][A-Za-z0-9_$]*$")
_DEEPEST = 2


def inspect(value: Any, depth: int = 0) -> str:
    """One line, at most two levels deep."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        if not value:
            return "[]"
        if depth > _DEEPEST:
            return "[Array]"
        return f"[ {', '.join(inspect(item, depth + 1) for item in value)} ]"
    if not value:
        return "{}"
    if depth > _DEEPEST:
        return "[Object]"
    pairs = (
        f"{key if _BARE.match(str(key)) else _quoted(str(key))}: {inspect(item, depth + 1)}"
        for key, item in value.items()
    )
    return f"{{ {', '.join(pairs)} }}"


def number(value: int | float) -> str:
    """A number as JavaScript prints it."""
    return str(plain(value))


def plain(value: int | float) -> int | float:
    """The number a JSON reader with double precision sees; whole ones as int, as far as 64 bits go."""
    exact = float(value)
    if exact.is_integer() and abs(exact) < 2**63:
        return int(Decimal(repr(exact)))
    return exact


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    if "'" not in text:
        return f"'{escaped}'"
    if '"' not in text:
        return f'"{escaped}"'
    return "'" + escaped.replace("'", "\\'") + "'"
