"""The tables of the database: one file is one table, and its path is the name."""
