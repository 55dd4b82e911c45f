"""init: a migration folder, its keys, and what to do next."""

from __future__ import annotations

from pathlib import Path

from bridgework.errors import UsageError
from bridgework.plugins import load_class
from bridgework.project import create_project, make_keys
from bridgework.results import Result


def init(folder: Path, *, source: str, destination: str, pair: str, settings: dict[str, str]) -> Result:
    """Make the folder. UsageError names a plugin that is not installed, or a setting that is missing."""
    for role, name in (("source", source), ("destination", destination), ("pair", pair or f"{source}-{destination}")):
        load_class(role, name)
    if not settings.get("migration.currency"):
        raise UsageError(
            "The currency of all amounts must be given.", next_step="add --set migration.currency=USD", cause="settings"
        )
    project = create_project(folder, source=source, destination=destination, pair=pair, settings=settings)
    keys = make_keys(project.id)
    return Result(
        stage="init",
        migration=project.id,
        message=f"Made {folder}. The keys of its stores are in {keys.place}.",
        next=f"bridgework -C {folder} check",
        data={"folder": str(folder), "keys": keys.place},
    )
