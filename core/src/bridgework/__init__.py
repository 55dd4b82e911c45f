"""Bridgework: the names a plugin imports (`bridgework.model` and `bridgework.errors` hold the rest)."""

from bridgework import errors, model
from bridgework.hookspecs import hookimpl

__all__ = ["errors", "hookimpl", "model"]
