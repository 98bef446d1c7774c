"""The ranking: its method and its arithmetic."""
