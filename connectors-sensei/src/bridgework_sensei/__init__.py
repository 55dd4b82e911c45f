"""Sensei Cloud as a source for Bridgework."""

from bridgework_sensei.source import Sensei, SenseiSettings

__all__ = ["Sensei", "SenseiSettings"]
