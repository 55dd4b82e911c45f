"""Every numbered behaviour has a test of its own."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bridgework_pipedrive_sandbox import Options

HERE = Path(__file__).parent
LISTED = {
    int(number): text
    for number, text in re.findall(r"^(\d+)\. (.+)$", (HERE / "behaviours.md").read_text(), re.MULTILINE)
}


def named() -> dict[int, list[str]]:
    """Names of the tests whose docstring begins with that one number."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            text = ast.get_docstring(node) or "" if isinstance(node, ast.FunctionDef) else ""
            if own := re.match(r"Behaviour (\d+)\b", text):
                found[int(own[1])].append(node.name)
    return found


NAMED = named()


def test_the_list_is_complete() -> None:
    assert list(LISTED) == list(range(1, 46))
    assert set(NAMED) <= set(LISTED)
    switches = {name for text in LISTED.values() for name in re.findall(r"`(\w+)`", text.partition("[")[2])}
    assert switches <= set(Options.model_fields)


@pytest.mark.parametrize("number", LISTED)
def test_a_behaviour_has_a_test_of_its_own(number: int) -> None:
    assert NAMED[number], LISTED[number]
    names = [name for names in NAMED.values() for name in names]
    assert len(names) == len(set(names))
