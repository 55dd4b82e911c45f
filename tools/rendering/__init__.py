"""The pages and blocks of docs/ that come from code."""
