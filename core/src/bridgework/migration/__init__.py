"""A migration that is open: its stores, plugins, client and mapping, held together for one command."""

from bridgework.migration.migration import Migration
from bridgework.migration.opening import operator

__all__ = ["Migration", "operator"]
