"""A migration folder: migration.toml, and where things lie."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from bridgework.errors import SettingsError
from bridgework.project.sections import CORE_DESTINATION_KEYS, DestinationCore, ProjectFile
from bridgework.settings import CONFIG_FILE, validated

PROPOSED = "proposed"  # the pair of a migration whose mapping no plugin brings


@dataclass(frozen=True)
class Project:
    """A migration folder that has been read and checked."""

    folder: Path
    file: ProjectFile
    destination_core: DestinationCore

    @property
    def id(self) -> str:
        """The six characters that mark every record of this migration."""
        return self.file.migration.id

    @property
    def pair(self) -> str:
        """The name of the pair: as set, else that of the two systems."""
        migration = self.file.migration
        return migration.pair or f"{migration.source}-{migration.destination}"

    @property
    def has_pair(self) -> bool:
        """Whether a plugin brings the mapping; else the migration's own is all there is."""
        return self.pair != PROPOSED

    @property
    def reports(self) -> Path:
        """What everybody concerned may read: one report for each stage."""
        return self.folder / "reports"

    @property
    def private(self) -> Path:
        """What names patients, and does not leave the practice."""
        return self.folder / "private"

    @property
    def package(self) -> Path:
        """What is handed over at the end."""
        return self.folder / "package"

    @property
    def records_file(self) -> Path:
        """The staged data: every value."""
        return self.folder / "records.db"

    @property
    def journal_file(self) -> Path:
        """What was written: ids and hashes, no value."""
        return self.folder / "journal.db"

    @property
    def mapping_file(self) -> Path:
        """The migration's own mapping, over that of the pair."""
        return self.folder / "mapping.yaml"

    @property
    def decisions_file(self) -> Path:
        """What people decided about findings."""
        return self.private / "decisions.csv"

    @property
    def owners_file(self) -> Path:
        """Who owns whose records."""
        return self.private / "owners.csv"

    def typed(self, path: Path) -> Path:
        """A file as a person named it: from where they stand, or else from the folder of the migration."""
        return path if path.exists() else self.folder / path


def read_project(folder: Path) -> Project:
    """Read and check migration.toml. SettingsError names file, key and reason."""
    path = folder / CONFIG_FILE
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no {CONFIG_FILE} in {folder}.", next_step="bridgework init DIR --source S --destination D"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else f"not valid TOML: {error}"
        raise SettingsError(f"{path}: {reason}.", next_step=f"correct {CONFIG_FILE}") from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}.", next_step="check its owner and rights"
        ) from None
    file = validated(ProjectFile, data)
    core = {key: file.destination[key] for key in CORE_DESTINATION_KEYS if key in file.destination}
    return Project(folder, file, validated(DestinationCore, core, section="destination"))
