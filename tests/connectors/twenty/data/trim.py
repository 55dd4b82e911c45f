"""Made the data in this directory from the material of the project's own recording. Run once; kept as its origin.

python trim.py DIRECTORY    with exchanges-2.21.0.json, openapi-core-2.21.0.json, openapi-metadata-2.21.0.json
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def packed(name: str, value: Any) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    (HERE / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def exchanges(source: Path) -> None:
    recorded = json.loads((source / "exchanges-2.21.0.json").read_text("utf-8"))
    for scenario in recorded["scenarios"]:
        for step in scenario["steps"]:
            step.pop("note", None)
    packed("exchanges-2.21.0", {"variables": recorded["variables"], "scenarios": recorded["scenarios"]})


def openapi(source: Path) -> None:
    """The schemas of answers, by route; without requests, parameters and tags."""
    for which in ("core", "metadata"):
        document = json.loads((source / f"openapi-{which}-2.21.0.json").read_text("utf-8"))
        paths = {
            path: {
                method: {
                    status: answer.get("content", {}).get("application/json", {}).get("schema", answer)
                    for status, answer in described["responses"].items()
                }
                for method, described in methods.items()
            }
            for path, methods in document["paths"].items()
        }
        schemas = {name: schema for name, schema in document["components"]["schemas"].items() if "ForResponse" in name}
        responses = {
            status: answer["content"]["application/json"]["schema"]
            for status, answer in document["components"]["responses"].items()
        }
        packed(f"openapi-{which}-2.21.0", {"paths": paths, "schemas": schemas, "responses": responses})


if __name__ == "__main__":
    exchanges(Path(sys.argv[1]))
    openapi(Path(sys.argv[1]))
