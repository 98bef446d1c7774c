"""Privacy: pseudonyms, and decisions about people."""
