"""Prefect's database as we make it is the one that Prefect's own migrations make."""

import sqlite3
from contextlib import closing

import pytest
from support import prefect

from flows import prefect_database
from flows.prefect_database import NAME, SCHEMA, head_of, make_database, newest_migration


def dump(file):
    with closing(sqlite3.connect(file)) as con:
        return "\n".join([head_of(newest_migration()), *con.iterdump()]) + "\n"


def parts(schema):
    """The lines of a schema in one order: a migration that copies a table writes its constraints in a random one."""
    return sorted(line.strip().rstrip(", ") for line in schema.splitlines())


@pytest.mark.long
def test_the_schema_is_what_the_migrations_make(once, tmp_path, request):
    migrated = dump(once("prefect", prefect.migrate) / NAME)
    if request.config.getoption("--accept"):
        SCHEMA.write_text(migrated, encoding="utf-8")
    if head_of(newest_migration()) != SCHEMA.read_text(encoding="utf-8").partition("\n")[0]:
        pytest.skip(
            "this Prefect has newer migrations than our schema, and runs them itself; --accept renews the schema"
        )
    make_database(tmp_path)
    assert dump(tmp_path / NAME) == SCHEMA.read_text(encoding="utf-8")
    assert parts(dump(tmp_path / NAME)) == parts(migrated)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_database_that_is_there_is_left_to_prefect_and_so_is_that_of_a_newer_prefect(tmp_path, monkeypatch):
    with closing(sqlite3.connect(tmp_path / NAME)) as con:
        con.execute("create table mine (a)")
    held = (tmp_path / NAME).read_bytes()
    make_database(tmp_path)
    assert (tmp_path / NAME).read_bytes() == held
    (tmp_path / NAME).unlink()
    monkeypatch.setattr(prefect_database, "newest_migration", lambda: "2030_01_01_000000_a_newer_one.py")
    make_database(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_of_past_runs_is_kept_beside_a_new_one(tmp_path, capsys):
    (tmp_path / NAME).write_bytes(b"\xff" * 5000)
    make_database(tmp_path)
    assert "past runs cannot be read" in capsys.readouterr().err
    assert (tmp_path / f"{NAME}.damaged").read_bytes() == b"\xff" * 5000
    with closing(sqlite3.connect(tmp_path / NAME)) as con:
        assert con.execute("select count(*) from flow_run").fetchone() == (0,)
