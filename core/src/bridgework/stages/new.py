"""new: a package to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

from bridgework.errors import UsageError
from bridgework.results import Result
from bridgework.scaffold import scaffold

Words = tuple[tuple[str, str], ...]


def new(kind: str, name: str, folder: Path) -> Result:
    """Write the package of a plugin. UsageError for a bad or taken name, or a folder that is there."""
    files = scaffold(kind, name, folder, _partners(name) if kind == "pair" else ())
    return Result(
        stage="new",
        message=f"Wrote {len(files)} files of a {kind} into {folder}.",
        next=f'cd {shlex.quote(str(folder))} && pip install -e ".[test]" && pytest',
        data={"folder": str(folder), "files": [str(each) for each in files]},
    )


def _partners(name: str) -> Words:
    """A pair's name begins with its source's; what follows the first dash names the destination."""
    source, dash, destination = name.partition("-")
    if not dash:
        raise UsageError(
            f"{name!r} cannot name a pair: a pair is called SOURCE-DESTINATION.",
            next_step="bridgework new pair rolodex-acme",
        )
    return (("the-source", source), ("the-destination", destination))
