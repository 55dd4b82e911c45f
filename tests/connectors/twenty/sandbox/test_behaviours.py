"""Every numbered behaviour has a test that names it."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_behaviour_is_named_by_a_test() -> None:
    listed = {int(number) for number in re.findall(r"^(\d+)\. ", (HERE / "behaviours.md").read_text(), re.MULTILINE)}
    named: set[int] = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found = re.match(r"Behaviour (\d+)\.", ast.get_docstring(node) or "")
                named |= {int(found[1])} if found else set()
    assert named == listed == set(range(1, 38))
