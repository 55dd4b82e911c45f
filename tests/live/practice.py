"""The little practices of the flow tests, for a suite that stands beside them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def _exports() -> ModuleType:
    path = Path(__file__).parents[1] / "flow" / "exports.py"
    found = importlib.util.spec_from_file_location("bridgework_little_exports", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


_MODULE = _exports()
LATER: str = _MODULE.LATER
Export = _MODULE.Export


def little_practice(people: int) -> Any:
    """A practice without defects: see the flow tests."""
    return _MODULE.little_practice(people)
