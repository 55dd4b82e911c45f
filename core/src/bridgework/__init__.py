"""Bridgework: the names a plugin imports (`bridgework.model` and `bridgework.errors` hold the rest)."""

from bridgework import errors, model
from bridgework.hookspecs import hookimpl
from bridgework.schema import default_schema_plan

__all__ = ["default_schema_plan", "errors", "hookimpl", "model"]
