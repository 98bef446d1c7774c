"""The ranking: its method, and its arithmetic as pure functions."""
