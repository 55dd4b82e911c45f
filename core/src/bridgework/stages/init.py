"""init: a migration folder, its keys, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bridgework.errors import UsageError
from bridgework.journal import Journal
from bridgework.plugins import installed, load_class, settings_model
from bridgework.project import CORE_DESTINATION_KEYS, PROPOSED, command_for, create_project, make_keys, read_sections
from bridgework.results import Result
from bridgework.settings import check_given, still_missing


def init(folder: Path, *, source: str, destination: str, pair: str, settings: dict[str, str]) -> Result:
    """Make the folder. UsageError names a plugin that is not installed, or a setting that is missing or wrong."""
    classes = {role: load_class(role, name) for role, name in (("source", source), ("destination", destination))}
    if not pair and f"{source}-{destination}" not in {each.name for each in installed("pair")}:
        pair = PROPOSED
    if pair != PROPOSED:
        load_class("pair", pair or f"{source}-{destination}")
    if not settings.get("migration.currency"):
        raise UsageError(
            "The currency of all amounts must be given.", next_step="add --set migration.currency=USD", cause="settings"
        )
    sections = read_sections(settings)
    models = {role: settings_model(classes[role]) for role in ("source", "destination")}
    check_given(models["source"], sections["source"], where="source", name=source)
    check_given(
        models["destination"],
        sections["destination"],
        where="destination",
        name=destination,
        core_keys=CORE_DESTINATION_KEYS,
    )
    _from_here(sections["source"])
    project = create_project(folder, source=source, destination=destination, pair=pair, sections=sections)
    keys = make_keys(project.id)
    Journal.create(project.journal_file, keys.journal, project.id).close()
    missing = [
        f"{section}.{name}" for section, model in models.items() for name in still_missing(model, sections[section])
    ]
    message = f"Made {folder}. The keys of its stores are in {keys.place}."
    if pair == PROPOSED:
        message += f" No pair maps {source} to {destination}: plan will propose a mapping for you to change."
    return Result(
        stage="init",
        migration=project.id,
        message=message,
        next=f"set {', '.join(missing)} in {folder / 'migration.toml'}" if missing else command_for(folder, "check"),
        data={"folder": str(folder), "keys": keys.place, "missing": missing},
    )


def _from_here(source: dict[str, Any]) -> None:
    """A relative path means the migration's folder, unless it leads somewhere from where the command is typed."""
    path = source.get("path")
    if isinstance(path, str) and path and not Path(path).is_absolute() and Path(path).exists():
        source["path"] = str(Path(path).absolute())
