"""Every number of the two lists, T (proofs) and B (bad inputs), stands in the docstring or the id of a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
PROOFS = [*range(1, 16), *range(20, 26), *range(30, 37), 40, 41]
NUMBER = re.compile(r"\b([TB])(\d+)(?:[-–]([TB]?)(\d+))?\b")


def texts() -> Iterator[str]:
    """Docstrings of test modules and functions, and the ids of parameters."""
    for path in TESTS.rglob("test_*.py"):
        module = ast.parse(path.read_text("utf-8"))
        yield ast.get_docstring(module) or "" if path != Path(__file__) else ""
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""
                for decorator in node.decorator_list:
                    yield from (
                        str(each.value.value)
                        for each in ast.walk(decorator)
                        if isinstance(each, ast.keyword) and each.arg == "id" and isinstance(each.value, ast.Constant)
                    )


@pytest.fixture(scope="module")
def numbered() -> set[str]:
    """All numbers that stand somewhere."""
    found: set[str] = set()
    for text in texts():
        for letter, first, _, last in NUMBER.findall(text):
            found.update(f"{letter}{number}" for number in range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("number", [f"T{number}" for number in PROOFS] + [f"B{number}" for number in range(1, 46)])
def test_every_number_of_the_lists_has_a_test(numbered: set[str], number: str) -> None:
    assert number in numbered
