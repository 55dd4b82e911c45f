"""A strict simulator of a Twenty CRM workspace."""
