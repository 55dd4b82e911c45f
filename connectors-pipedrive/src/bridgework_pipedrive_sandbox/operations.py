"""Which paths exist, under which prefixes, and what a call costs in tokens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

Version = Literal["v1", "v2"]

PREFIXES: Mapping[str, Version] = {"/api/v2": "v2", "/api/v1": "v1", "/v1": "v1"}
"""v2 answers under one prefix only, v1 under two."""

_LEGACY = ("persons", "organizations", "deals", "activities", "pipelines", "stages")


@dataclass(frozen=True)
class Operation:
    version: Version
    method: str
    template: str
    cost: int
    query: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.version} {self.method} {self.template}"

    @property
    def searches(self) -> bool:
        return "earch" in self.template


class Operations:
    """Finds the operation for a request line. Costs come from the official documents (``x-token-cost``)."""

    def __init__(self, *, legacy: bool) -> None:
        self._by_path: dict[tuple[str, ...], dict[str, Operation]] = {}
        served = json.loads(files(__package__).joinpath("operations.json").read_text())
        for version, paths in served.items():
            for template, methods in paths.items():
                for method, facts in methods.items():
                    self._add(Operation(version, method.upper(), template, facts["cost"], frozenset(facts["query"])))
        if legacy:
            self._add_legacy()

    def _add(self, operation: Operation) -> None:
        segments = (operation.version, *operation.template.strip("/").split("/"))
        pattern = tuple("{}" if segment.startswith("{") else segment for segment in segments)
        self._by_path.setdefault(pattern, {})[operation.method] = operation

    def _add_legacy(self) -> None:
        """v1 record paths cost twice their successors."""
        for name in _LEGACY:
            for method, template, cost in (
                ("GET", f"/{name}", 20),
                ("POST", f"/{name}", 10),
                ("GET", f"/{name}/{{id}}", 2),
                ("PUT", f"/{name}/{{id}}", 10),
                ("DELETE", f"/{name}/{{id}}", 6),
            ):
                self._add(Operation("v1", method, template, cost))

    def find(self, path: str) -> tuple[dict[str, Operation], str | None] | None:
        """Operations by method at this path, and the value of its variable segment; None when nothing is there."""
        for prefix, version in PREFIXES.items():
            if path.startswith(prefix + "/"):
                segments = (version, *path[len(prefix) + 1 :].split("/"))
                if (fixed := self._by_path.get(segments)) is not None:
                    return fixed, None
                if len(segments) < 3 or not segments[2]:
                    return None
                # every variable of the interface is the second segment after the prefix
                variable = self._by_path.get((*segments[:2], "{}", *segments[3:]))
                return None if variable is None else (variable, segments[2])
        return None


def version_of(path: str) -> Version:
    return next((version for prefix, version in PREFIXES.items() if path.startswith(prefix)), "v1")
