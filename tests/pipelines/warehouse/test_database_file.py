"""The file of the database: how it is swapped, who may write it, and that equal inputs make equal tables."""

import shutil
import stat
from datetime import date

import duckdb
import pytest
from support.builders import TODAY
from support.database import OWN_TABLES
from support.tables_on_demand import ask
from support.two_communities import TWO

from pipelines.folders import Folders
from pipelines.warehouse import query
from pipelines.warehouse.build import NothingObservedError, build_database


def test_nothing_to_build_from_is_said(where):
    with pytest.raises(NothingObservedError, match="stackrank collect"):
        build_database(where, TWO, TODAY)
    assert not where.database.exists()


def test_the_file_is_for_reading_and_for_tools_since_1_2(built):
    assert stat.S_IMODE(built.database.stat().st_mode) == 0o400
    assert ask(
        built, "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
    ) == [("v1.2.0+",)]
    assert [p.name for p in built.data.iterdir() if "duckdb" in p.name] == ["stackrank.duckdb"]


@pytest.mark.long
def test_the_old_write_ahead_log_does_not_spoil_the_new_file(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    stale = where.database.with_name("stackrank.duckdb.wal")
    stale.write_bytes(b"left by a reader that was killed")
    build_database(where, TWO, TODAY)
    assert not stale.exists()
    assert ask(where, "select count(*) from core.commits") == ask(built, "select count(*) from core.commits")


@pytest.mark.long
def test_a_reader_keeps_its_file_while_the_next_is_swapped_in(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    with duckdb.connect(where.database, read_only=True) as con:
        before = con.sql("select built_at from raw.build").fetchall()
        build_database(where, TWO, date(2026, 3, 21))
        assert con.sql("select built_at from raw.build").fetchall() == before
    assert ask(where, "select today from raw.build") == [(date(2026, 3, 21),)]


@pytest.mark.long
def test_the_same_inputs_give_the_same_tables(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    build_database(where, TWO, TODAY, full=True)
    names = [n for (n,) in ask(built, f"select schema_name || '.' || table_name from {OWN_TABLES}")]
    assert "core.commits" in names
    with query.open_database(where.database) as again, query.open_database(built.database) as first:
        for name in names:
            sql = f"select * {'exclude (built_at)' if name == 'raw.build' else ''} from {name}"
            assert again.ask(sql).equals(first.ask(sql)), name


@pytest.mark.long
def test_a_source_that_was_taken_out_of_the_catalogue_is_not_in_the_database(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    build_database(where, TWO[:1], TODAY)
    for table in ("core.commits", "raw.visits", "raw.units", "metrics.monthly", "rankings.monthly"):
        assert ask(where, f"select distinct community from {table}") == [("birds",)], table
