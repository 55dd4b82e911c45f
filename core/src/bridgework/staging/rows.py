"""One staged row, and paths into its values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bridgework.model import Value


def follow(values: Any, path: str) -> Value:
    """The value at a dotted path; through a list, the list of what its items have there. None if nothing is there.

    A field whose own name holds dots is found under that name first.
    """
    if isinstance(values, dict):
        if path in values:
            found = values[path]
            return None if found == "" else found
        head, dot, rest = path.partition(".")
        while dot:
            if head in values:
                return follow(values[head], rest)
            step, dot, rest = rest.partition(".")
            head = f"{head}.{step}"
        return None
    if isinstance(values, list):
        return _through(values, path)
    return None


def _through(items: list[Any], path: str) -> Value:
    found: list[Any] = []
    for item in items:
        value = follow(item, path)
        if isinstance(value, list):
            found.extend(value)
        elif value is not None:
            found.append(value)
    return found or None


@dataclass(slots=True)  # not frozen, which would triple what making one costs; nobody changes it all the same
class Row:
    """One staged row. `seq` orders rows as the source gave them and differs for every row of every object."""

    object: str
    key: str
    seq: int
    values: dict[str, Value]
    file: str
    line: int
    digest: bytes

    @property
    def hash(self) -> str:
        """Hash of what the row says, in hexadecimal digits."""
        return self.digest.hex()

    def get(self, path: str, default: Value = None) -> Value:
        """The value at a dotted path, through lists the list of values; absent, None and "" give `default`."""
        found = follow(self.values, path)
        return default if found is None else found

    def decimal(self, path: str) -> Decimal | None:
        """A number or amount; None if there is none or it is not one."""
        found = follow(self.values, path)
        if isinstance(found, dict):
            found = found.get("amount")
        if found is None or isinstance(found, bool | list | dict):
            return None
        try:
            number = Decimal(str(found))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    def date(self, path: str) -> date | None:
        """A date; None if there is none."""
        found = follow(self.values, path)
        try:
            return date.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            return None

    def instant(self, path: str) -> datetime | None:
        """An instant: aware if the source says which (UTC), naive for a local one; None if there is none."""
        found = follow(self.values, path)
        try:
            return datetime.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            return None
