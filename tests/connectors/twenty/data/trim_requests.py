"""Makes `requests-2.21.0.json` out of a workspace's own OpenAPI documents: what may be sent where, and nothing else.

trim_requests.py openapi-core-2.21.0.json openapi-metadata-2.21.0.json > requests-2.21.0.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PLURALS = ("people", "companies", "opportunities", "notes", "tasks", "noteTargets", "taskTargets", "attachments")
KEPT = {f"/{name}" for name in (*PLURALS, "workspaceMembers", "open-api/core")} | {
    f"{start}/{name}{end}" for name in PLURALS for start, end in (("/batch", ""), ("", "/{id}"), ("/restore", ""))
}
METADATA = {"/objects", "/objects/{id}", "/fields", "/fields/{id}"}
_NOISE = {"description", "example", "examples", "default", "title", "summary"}


def main(core: str, metadata: str) -> None:
    found = {"core": _operations(core, KEPT), "metadata": _operations(metadata, METADATA)}
    sys.stdout.write(json.dumps(found, sort_keys=True, separators=(",", ":")) + "\n")


def _operations(path: str, kept: set[str]) -> dict[str, Any]:
    document = json.loads(Path(path).read_text("utf-8"))
    return {
        f"{method.upper()} {name}": {
            "query": sorted(
                each["name"]
                for each in (_resolved(document, each) for each in operation.get("parameters", ()))
                if each["in"] == "query"
            ),
            "body": _body(document, operation),
        }
        for name, methods in document["paths"].items()
        if name in kept
        for method, operation in methods.items()
    }


def _body(document: Any, operation: Any) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _resolved(document, content.get("schema"))


def _resolved(document: Any, value: Any) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            here = document
            for part in value["$ref"].lstrip("#/").split("/"):
                here = here[part]
            return _resolved(document, here)
        return {key: _resolved(document, each) for key, each in value.items() if key not in _NOISE or _is_names(value)}
    return [_resolved(document, each) for each in value] if isinstance(value, list) else value


def _is_names(value: dict[str, Any]) -> bool:
    """A table of properties, whose names are no noise."""
    return all(isinstance(each, dict) for each in value.values())


if __name__ == "__main__":
    main(*sys.argv[1:])
