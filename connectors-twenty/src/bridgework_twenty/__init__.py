"""Twenty CRM as a destination."""
