"""Make Prefect's database in a new data folder by its schema: its migrations take longer than all else that it starts.

`prefect_schema.sql` is what the migrations make, and names the newest of them. `tests/flows/test_prefect_database.py`
compares both; `--accept` writes the schema anew.
"""

import os
import sqlite3
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

SCHEMA = Path(__file__).with_name("prefect_schema.sql")
MIGRATIONS = "server/database/_migrations/versions/sqlite"
NAME = "prefect.db"


def make_database(home: Path) -> None:
    """Make the database in Prefect's home where there is none; leave it to Prefect where that has newer migrations.

    One that cannot be read is put beside it: it holds past runs only.
    """
    _put_aside(home / NAME)
    schema = SCHEMA.read_text(encoding="utf-8")
    if (home / NAME).exists() or head_of(newest_migration()) != schema.partition("\n")[0]:
        return
    draft = home / f".{NAME}.{os.getpid()}"
    try:
        with closing(sqlite3.connect(draft)) as con:
            con.executescript(schema)
        draft.replace(home / NAME)
    finally:
        draft.unlink(missing_ok=True)


def _put_aside(file: Path) -> None:
    """Rename a file that SQLite cannot read, and say so."""
    if not file.exists() or _is_readable(file):
        return
    aside = file.with_name(f"{file.name}.damaged")
    file.replace(aside)
    print(
        f"Prefect's database of past runs cannot be read; it is kept as {aside}, and a new one begins", file=sys.stderr
    )


def _is_readable(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file)) as con:
            con.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        return False
    return True


def newest_migration() -> str:
    """Return the name of the newest migration of the installed Prefect, which is not imported."""
    found = find_spec("prefect")
    places = (Path(place) / MIGRATIONS for place in (found and found.submodule_search_locations) or ())
    return max((path.name for place in places for path in place.glob("*.py")), default="")


def head_of(migration: str) -> str:
    """Return the first line of the schema after a migration."""
    return f"-- Prefect's database after {migration}"
