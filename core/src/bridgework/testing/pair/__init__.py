"""The standard tests of pairs."""

from bridgework.testing.pair.mapped import STANDARDS as PAIR

__all__ = ["PAIR"]
