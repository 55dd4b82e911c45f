"""Cuts the official API documents down to the operations the simulator serves.

    python tests/connectors/pipedrive/data/trim.py DIRECTORY

DIRECTORY holds pipedrive-openapi-v1.yaml and pipedrive-openapi-v2.yaml, published by Pipedrive at
https://developers.pipedrive.com/docs/api/v1/openapi.yaml and .../openapi-v2.yaml (state of 2026-08-18). Kept are paths,
parameters, types, answers and token costs; left out is all prose. Two files are written:

* ``openapi.json`` beside this script: what the tests validate requests and answers against;
* ``operations.json`` in the simulator's package: token cost and query parameters by version, path and method.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SERVED = {
    "v1": {
        "/activityTypes": "get post",
        "/activityTypes/{id}": "put delete",
        "/deals/{id}/files": "get",
        "/files": "get post",
        "/files/{id}": "get put delete",
        "/files/{id}/download": "get",
        "/leadLabels": "get post",
        "/leadLabels/{id}": "patch delete",
        "/leads": "get post",
        "/leads/archived": "get",
        "/leads/{id}": "get patch delete",
        "/noteFields": "get",
        "/notes": "get post",
        "/notes/{id}": "get put delete",
        "/organizationRelationships": "get post",
        "/organizationRelationships/{id}": "get put delete",
        "/organizations/{id}/files": "get",
        "/persons/{id}/files": "get",
        **{f"/{name}/{{id}}/merge": "put" for name in ("deals", "organizations", "persons")},
        "/users": "get",
        "/users/find": "get",
        "/users/me": "get",
        "/users/{id}": "get",
    },
    "v2": {
        "/activities": "get post",
        "/activities/{id}": "get patch delete",
        "/activityFields": "get",
        "/activityFields/{field_code}": "get",
        "/deals/archived": "get",
        "/deals/search": "get",
        "/itemSearch": "get",
        "/itemSearch/field": "get",
        "/leads/search": "get",
        "/organizations/search": "get",
        "/persons/search": "get",
        **{f"/{name}": "get post" for name in ("deals", "organizations", "persons", "pipelines", "stages")},
        **{
            f"/{name}/{{id}}": "get patch delete"
            for name in ("deals", "organizations", "persons", "pipelines", "stages")
        },
        **{f"/{name}Fields": "get post" for name in ("deal", "organization", "person")},
        **{f"/{name}Fields/{{field_code}}": "get patch delete" for name in ("deal", "organization", "person")},
        **{f"/{name}Fields/{{field_code}}/options": "post patch delete" for name in ("deal", "organization", "person")},
    },
}

PROSE = {"description", "example", "examples", "summary", "title", "externalDocs", "tags", "operationId"}
HERE = Path(__file__).parent
PACKAGE = HERE.parents[3] / "connectors-pipedrive" / "src" / "bridgework_pipedrive_sandbox"


def without_prose(value: Any, *, names: bool = False) -> Any:
    """``names``: the keys are names of properties, of which one may be called "description"."""
    if isinstance(value, dict):
        kept = value if names else {key: part for key, part in value.items() if key not in PROSE}
        return {key: without_prose(part, names=key == "properties" and not names) for key, part in kept.items()}
    if isinstance(value, list):
        return [without_prose(part) for part in value]
    return value


def trimmed(document: dict[str, Any], served: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    paths: dict[str, Any] = {}
    costs: dict[str, Any] = {}
    for path in sorted(served):
        for method in served[path].split():
            operation = document["paths"][path][method]
            parameters = document["paths"][path].get("parameters", []) + operation.get("parameters", [])
            costs.setdefault(path, {})[method] = {
                "cost": operation["x-token-cost"],
                "query": [parameter["name"] for parameter in parameters if parameter["in"] == "query"],
            }
            paths.setdefault(path, {})[method] = {
                "parameters": without_prose(parameters),
                "requestBody": without_prose(operation.get("requestBody")),
                "responses": {
                    status: {
                        kind: without_prose(media.get("schema", {}))
                        for kind, media in answer.get("content", {}).items()
                    }
                    for status, answer in operation["responses"].items()
                },
            }
    return paths, costs


def main(directory: Path) -> None:
    extract: dict[str, Any] = {"origin": {}, "paths": {}}
    costs: dict[str, Any] = {}
    for version, served in SERVED.items():
        content = (directory / f"pipedrive-openapi-{version}.yaml").read_bytes()
        published = "openapi.yaml" if version == "v1" else "openapi-v2.yaml"
        extract["origin"][version] = {
            "published": f"https://developers.pipedrive.com/docs/api/v1/{published}",
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        extract["paths"][version], costs[version] = trimmed(YAML(typ="safe").load(content), served)
    (HERE / "openapi.json").write_text(json.dumps(extract, indent=0, default=str, separators=(",", ":")) + "\n")
    (PACKAGE / "operations.json").write_text(json.dumps(costs, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
