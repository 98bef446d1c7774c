"""The warehouse: build, check and ask the DuckDB file."""
