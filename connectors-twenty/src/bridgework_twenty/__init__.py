"""Twenty CRM as a destination."""

from bridgework_twenty.connector import Twenty

__all__ = ["Twenty"]
