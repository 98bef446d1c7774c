"""Open DuckDB for a build: the limit of its memory, where it puts what does not fit, schemas and macros."""

import os
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress

import duckdb

from pipelines.warehouse.tables import literal

MEMORY = "STACKRANK_MEMORY"
SIZE = re.compile(r"(\d+)\s*(MB|GB|TB)")
UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
SCHEMAS = ("raw", "core", "definitions", "metrics", "analysis", "rankings", "published")
ROWS_OF_THREAD = 500_000
"""Another thread is worth its cost for so many rows."""
FREED_AT_ONCE = "8MB"
"""Memory that DuckDB gives back to the machine as soon as it is free; by default it keeps half a gigabyte."""
FREED_OF_ALL = "64MB"
"""The same for the tables of all communities: in pieces of 8 MB a build of three million rows takes a tenth longer."""
LEAST_MEMORY = 500 * 10**6
"""So many bytes DuckDB may hold after it has dropped its copies of what is on the disk."""
FEWEST_PUBLISHED = 3
"""A published cell of people, other than a community's own number, has none or so many."""


class WrongMemoryError(ValueError):
    """STACKRANK_MEMORY is no size."""


class NotEnoughMemoryError(WrongMemoryError):
    """A build needs more memory than its limit, and DuckDB cannot put the rest into its temporary folder."""


@contextmanager
def within_limit() -> Generator[None]:
    """Say what to set where a build does not fit its limit; raises NotEnoughMemoryError."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        limit = f"{memory_limit() // UNITS['MB']:,} MB"
        raise NotEnoughMemoryError(f"the build does not fit its limit of {limit}; set {MEMORY} to more") from None


def memory_limit(environ: Mapping[str, str] = os.environ) -> int:
    """Return the limit of a build's memory in bytes: STACKRANK_MEMORY, or half of the machine's.

    Raises WrongMemoryError.
    """
    if not (wanted := environ.get(MEMORY, "").strip()):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    size = SIZE.fullmatch(wanted)
    if not size or not int(size[1]):
        raise WrongMemoryError(f"{MEMORY}: not a size such as 800MB or 4GB: {wanted!r:.40}")
    return int(size[1]) * UNITS[size[2]]


def open_engine(temporary: str, rows: int = 0, freed: str = FREED_AT_ONCE) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory; what exceeds the limit goes into the folder `temporary`.

    A quarter of the limit is left to what Python holds beside DuckDB. A build of few `rows` has one thread: more of
    them wait for each other. `freed`: see FREED_AT_ONCE.
    """
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    limit_memory(con)
    con.execute(f"set temp_directory = {literal(temporary)}")
    con.execute(f"set threads = {max(1, min(os.cpu_count() or 1, rows // ROWS_OF_THREAD))}")
    con.execute("set preserve_insertion_order = true")
    for threshold in ("allocator_flush_threshold", "allocator_bulk_deallocation_flush_threshold"):
        con.execute(f"set {threshold} = '{freed}'")
    return con


def limit_memory(con: duckdb.DuckDBPyConnection) -> None:
    """Set the limit of DuckDB's memory; each time it gives all memory that is free back to the machine."""
    con.execute(f"set memory_limit = '{_share()} bytes'")


def _share() -> int:
    """Return DuckDB's share of the limit in bytes."""
    return memory_limit() * 3 // 4


def drop_cached(con: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB drop its copies of what is on the disk: it reads them again when it needs them.

    Where too little can be dropped, DuckDB goes on with what it has.
    """
    with suppress(duckdb.OutOfMemoryException):
        con.execute(f"set memory_limit = '{min(LEAST_MEMORY, _share())} bytes'")
    limit_memory(con)


def make_schemas(con: duckdb.DuckDBPyConnection) -> None:
    """Make the schemas of all stages, and the macros."""
    make_macros(con)
    for schema in SCHEMAS:
        con.execute(f"create schema {schema}")


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros that name an account by what it has, and say which cells are not published."""
    con.execute(
        "create temp macro account_key(name, address, login) as "
        "md5(concat_ws('/', coalesce(name, '-'), coalesce(address, '-'), coalesce(login, '-')))"
    )
    con.execute(
        "create temp macro people_below(percent, whole, before, events, people) as "
        "greatest(0, least(people, (percent * whole - 100 * before - 1) // (100 * events)))"
    )
    con.execute(f"create temp macro is_few(people) as people between 1 and {FEWEST_PUBLISHED - 1}")
