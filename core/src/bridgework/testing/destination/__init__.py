"""The standard tests of destinations, by subject."""

from bridgework.testing.destination import (
    declared,
    interrupted,
    lost,
    reading,
    refused,
    schema,
    throttled,
    undone,
    written,
)
from bridgework.testing.standards import joined

DESTINATION = joined(
    declared.STANDARDS,
    written.STANDARDS,
    reading.STANDARDS,
    schema.STANDARDS,
    refused.STANDARDS,
    lost.STANDARDS,
    throttled.STANDARDS,
    interrupted.STANDARDS,
    undone.STANDARDS,
)

__all__ = ["DESTINATION"]
