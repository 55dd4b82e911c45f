"""Whoever is refused is told what to do: every error in the code is raised with a next step."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from bridgework import errors

ROOT = Path(__file__).parents[3]
PLACES = ("core", "connectors-*", "plugins/*")
NOT_FOR_PEOPLE = {"ContractBroken", "Undecided", "NotSent", "InDoubt", "BridgeworkError"}  # the engine, or a developer
ERRORS = {
    name
    for name, each in vars(errors).items()
    if inspect.isclass(each) and issubclass(each, errors.BridgeworkError) and name not in NOT_FOR_PEOPLE
}


def test_every_error_names_the_next_step() -> None:
    silent = []
    for place in PLACES:
        for path in sorted(ROOT.glob(f"{place}/src/**/*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                    given = {keyword.arg: keyword.value for keyword in node.keywords}
                    step = given.get("next_step")
                    if step is None or (isinstance(step, ast.Constant) and not step.value):
                        silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []
