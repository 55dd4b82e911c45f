"""Pipedrive as a destination of Bridgework."""

from bridgework_pipedrive.connector import Pipedrive
from bridgework_pipedrive.settings import Settings

__all__ = ["Pipedrive", "Settings"]
