"""From observations to a database: load, clean, count, rank."""
