"""Reading an export back without the connector: plain JSON and CSV, nothing forgiven."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def manifest(folder: Path) -> Row:
    """The manifest of an export."""
    found: Row = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def rows(folder: Path, name: str) -> Iterator[Row]:
    """Rows of an NDJSON object."""
    with (folder / f"{name}.ndjson").open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line, parse_float=Decimal)


def report(folder: Path, name: str, heading: list[str]) -> tuple[list[list[str]], list[Row], list[list[str]]]:
    """Title rows, data rows by column, rows after them."""
    path = next(file["path"] for file in manifest(folder)["files"] if file["object"] == name)
    with (folder / path).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    start = lines.index(heading)
    data = lines[start + 1 :]
    footer = [line for line in data if line and line[0] == "Total"]
    return lines[:start], [dict(zip(heading, line, strict=True)) for line in data if line not in footer], footer


def amount(text: str) -> Decimal:
    """A printed amount: thousands separated, credits in parentheses."""
    value = Decimal(text.strip("()").replace(",", ""))
    return -value if text.startswith("(") else value
