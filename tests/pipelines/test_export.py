"""The database for publishing: it has the numbers of communities with their comments, and no row about a person."""

import re
import stat

import duckdb
import pytest
from support.site import published

from flows.cli import main
from pipelines.warehouse.build import PRIVATE, PUBLIC
from pipelines.warehouse.export import export_database, is_export_of
from pipelines.warehouse.query import NoDatabaseError, ask

ABOUT_PEOPLE = re.compile(r"[._](keys?|hash|login|address|account|sender|author|committer|person|reason)$")
COLUMNS = "select schema_name, table_name, column_name, comment, data_type from duckdb_columns() where not internal"
TABLES = """select schema_name, table_name, comment from duckdb_tables() where not internal
union all select schema_name, view_name, comment from duckdb_views() where not internal"""


@pytest.fixture(scope="module")
def working(once):
    return published(once).database


@pytest.fixture(scope="module")
def exported(once):
    """The export that the site offers."""
    return published(once).site / "data" / "stackrank.duckdb"


def test_it_has_the_public_tables_with_their_comments_and_no_column_about_a_person(exported, working):
    found = {(row["schema_name"], row["table_name"]) for row in ask(exported, TABLES).to_pylist()}
    assert found == {(schema, table) for schema, tables in PUBLIC.items() for table in tables}
    columns = ask(exported, COLUMNS).to_pylist()
    texts = {f"{row['table_name']}.{row['column_name']}" for row in columns if row["data_type"].startswith("VARCHAR")}
    assert {name for name in texts if ABOUT_PEOPLE.search(name)} == {"moves.reason"}, "the catalogue says it"
    assert [row for row in columns if not row["comment"]] == []
    for name in ("metrics.monthly", "rankings.components"):
        numbers = f"from {name} order by all"
        assert ask(exported, numbers) == ask(working, numbers), name


def test_the_working_database_says_of_every_other_table_that_it_is_not_for_publishing(working, exported):
    rows = ask(working, TABLES).to_pylist()
    public = {(row["schema_name"], row["table_name"]) for row in rows if not row["comment"].endswith(PRIVATE)}
    assert public == {(schema, table) for schema, tables in PUBLIC.items() for table in tables}
    assert not any(row["comment"].endswith(PRIVATE) for row in ask(exported, TABLES).to_pylist())


def test_a_build_has_one_export(exported, working, tmp_path):
    (build,) = ask(working, "from raw.build").to_pylist()
    assert is_export_of(exported, build)
    assert not is_export_of(exported, build | {"inputs_sha256": "another"})
    assert not is_export_of(tmp_path / "none.duckdb", build)


def test_nothing_is_written_over_the_working_database_or_from_none(working, tmp_path):
    with pytest.raises(ValueError, match="working database"):
        export_database(working, working)
    with pytest.raises(NoDatabaseError):
        export_database(tmp_path / "none.duckdb", tmp_path / "public.duckdb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_the_command_replaces_an_older_file_or_says_what_is_missing(working, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    target = tmp_path / "public.duckdb"
    assert main(["export", str(target)]) == 4
    assert "not written" in capsys.readouterr().err
    (tmp_path / "stackrank.duckdb").hardlink_to(working)
    target.write_text("yesterday")
    assert main(["export", str(target)]) == 0
    assert capsys.readouterr().out == f"database: {target}\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644, "anybody may read it"
    assert {path.name for path in tmp_path.iterdir()} == {"public.duckdb", "stackrank.duckdb"}
    with duckdb.connect(str(target), read_only=True) as con:
        assert con.execute("select count(*) from rankings.monthly").fetchone()[0] > 0
    assert main(["export", str(tmp_path / "stackrank.duckdb")]) == 2


def test_a_name_that_promises_another_form_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["export", "public.csv"])
    assert "'public.csv' does not end in .duckdb; export writes a DuckDB file" in capsys.readouterr().err
