"""Connectors that are broken in one way each, and the standard tests that have to notice it."""

from . import capabilities, lost, reading, refusals, schema, uniqueness, uploading, way_back, writing
from .making import MUTANTS, Mutant
from .schema import marks
from .uniqueness import with_unique_addresses
from .uploading import takes_files
from .way_back import restores

ROOMS = (capabilities, writing, uploading, reading, schema, refusals, lost, uniqueness, way_back)  # each adds its own

__all__ = ["MUTANTS", "ROOMS", "Mutant", "marks", "restores", "takes_files", "with_unique_addresses"]
