"""Editions: a ranking as it was published, with what it was computed from; a closed one never changes."""
