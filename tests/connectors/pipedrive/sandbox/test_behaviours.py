"""Every numbered behaviour has a test that names it."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_behaviour_is_named_by_a_test() -> None:
    listed = {int(number) for number in re.findall(r"^(\d+)\. ", (HERE / "behaviours.md").read_text(), re.MULTILINE)}
    named: set[int] = set()
    for path in HERE.glob("test_*.py"):
        tree = ast.parse(path.read_text())
        texts = [ast.get_docstring(tree) or ""]
        texts += [ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.FunctionDef)]
        for text in texts:
            for numbers in re.findall(r"[Bb]ehaviours? (\d+(?:(?:, | and )\d+)*)", text):
                named |= {int(number) for number in re.findall(r"\d+", numbers)}
    assert named == listed == set(range(1, 46))
