"""Open databases in one DuckDB that all tests of a worker share: to start one takes longer than to make most tables."""

import atexit
from contextlib import contextmanager
from functools import cache
from itertools import count

import duckdb

from pipelines.warehouse.tables import literal

NUMBERS = count()
OWN_TABLES = "(from duckdb_tables() where database_name = current_database())"
OWN_COLUMNS = "(from duckdb_columns() where database_name = current_database() and not internal)"
"""What DuckDB lists, of the database that is asked alone."""


@cache
def _engine():
    atexit.register(_engine.cache_clear)  # DuckDB complains of a connection that outlives the interpreter
    return duckdb.connect(config={"threads": 1})


def open_database(file=":memory:", options=""):
    """Open a database of its own, an empty one or a file's; nothing is optimized, which takes longer than few rows."""
    con, name = _engine().cursor(), f"d{next(NUMBERS)}"
    con.execute("pragma disable_optimizer")
    con.execute(f"attach {literal(str(file))} as {name} {options}; use {name}")
    return con


def close_database(con):
    """Close what `open_database` has opened."""
    ((name,),) = con.execute("select current_database()").fetchall()
    con.execute(f"use memory; detach {name}")
    con.close()


@contextmanager
def database(file=":memory:", options=""):
    """Give a database of its own, an empty one or a file's."""
    con = open_database(file, options)
    try:
        yield con
    finally:
        close_database(con)
