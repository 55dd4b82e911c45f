"""A migration on disk: its folder with migration.toml, and the keys of its stores, which are never inside it."""

from bridgework.project.folder import PROPOSED, Project, read_project
from bridgework.project.keys import (
    Keys,
    config_folder,
    destroy_archive_key,
    destroy_records_key,
    keep_logins,
    kept_logins,
    load_keys,
    make_archive_key,
    make_keys,
    state_folder,
)
from bridgework.project.making import command_for, create_project, read_sections
from bridgework.project.private import private_folder, write_private
from bridgework.project.sections import (
    CORE_DESTINATION_KEYS,
    DestinationCore,
    MigrationSection,
    OwnersSection,
    ProjectFile,
    RunSection,
)

__all__ = [
    "CORE_DESTINATION_KEYS",
    "PROPOSED",
    "DestinationCore",
    "Keys",
    "MigrationSection",
    "OwnersSection",
    "Project",
    "ProjectFile",
    "RunSection",
    "command_for",
    "config_folder",
    "create_project",
    "destroy_archive_key",
    "destroy_records_key",
    "keep_logins",
    "kept_logins",
    "load_keys",
    "make_archive_key",
    "make_keys",
    "private_folder",
    "read_project",
    "read_sections",
    "state_folder",
    "write_private",
]
