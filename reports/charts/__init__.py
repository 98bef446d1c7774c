"""Charts and their tables."""
