"""The standard tests of sources."""

from bridgework.testing.source import described, extracted
from bridgework.testing.standards import joined

SOURCE = joined(described.STANDARDS, extracted.STANDARDS)

__all__ = ["SOURCE"]
