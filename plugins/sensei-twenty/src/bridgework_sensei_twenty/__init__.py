"""The pair Sensei Cloud to Twenty CRM."""
