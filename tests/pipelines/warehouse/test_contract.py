"""Names, types and comments of tables and columns in the database: what users rely on."""

import pytest
from support.database import OWN_COLUMNS, OWN_TABLES
from support.tables_on_demand import ask

from pipelines.landing.schemas import SCHEMAS
from pipelines.warehouse.build import WORKING
from pipelines.warehouse.core_tables import NOT_KEPT
from pipelines.warehouse.tables import read_tables

CONTRACT = {
    "core.commits": {
        "community": "VARCHAR", "repository": "VARCHAR", "hash": "VARCHAR", "authored_at": "TIMESTAMP",
        "committed_at": "TIMESTAMP", "parents": "INTEGER", "author_name_key": "VARCHAR",
        "author_address_key": "VARCHAR", "author_domain": "VARCHAR", "is_bot": "BOOLEAN",
    },
    "core.releases": {
        "community": "VARCHAR", "source": "VARCHAR", "repository": "VARCHAR", "tag": "VARCHAR", "version": "VARCHAR",
        "name": "VARCHAR", "kind": "VARCHAR", "released_at": "DATE", "dated_by": "VARCHAR", "month": "DATE",
    },
    "core.imports": {
        "community": "VARCHAR", "repository": "VARCHAR", "day": "DATE", "month": "DATE", "commits": "BIGINT",
    },
    "core.coverage": {"community": "VARCHAR", "source": "VARCHAR", "month": "DATE", "state": "VARCHAR"},
    "metrics.monthly": {
        "community": "VARCHAR", "metric": "VARCHAR", "month": "DATE", "value": "DOUBLE", "state": "VARCHAR",
    },
    "rankings.monthly": {
        "as_of": "DATE", "family": "VARCHAR", "community": "VARCHAR", "score": "DOUBLE", "index": "DOUBLE",
        "state": "VARCHAR", "rank": "INTEGER", "reason_code": "VARCHAR", "score_error": "DOUBLE",
        "rank_low": "INTEGER", "rank_high": "INTEGER", "method": "VARCHAR",
    },
    "rankings.components": {
        "as_of": "DATE", "family": "VARCHAR", "community": "VARCHAR", "metric": "VARCHAR", "weight": "DOUBLE",
        "months": "BIGINT", "level": "DOUBLE", "dispersion": "DOUBLE", "y": "DOUBLE", "y_error": "DOUBLE",
        "contribution": "DOUBLE", "state": "VARCHAR",
    },
    "rankings.pairs": {
        "as_of": "DATE", "family": "VARCHAR", "ahead": "VARCHAR", "behind": "VARCHAR", "difference": "DOUBLE",
        "error": "DOUBLE", "firm": "BOOLEAN", "probability": "DOUBLE", "word": "VARCHAR", "fragility": "INTEGER",
        "fragility_of": "INTEGER", "flip_weight": "DOUBLE",
    },
    "rankings.distances": {
        "as_of": "DATE", "family": "VARCHAR", "behind": "VARCHAR", "ahead": "VARCHAR", "metric": "VARCHAR",
        "needed": "DOUBLE",
    },
    "rankings.movement": {
        "as_of": "DATE", "family": "VARCHAR", "community": "VARCHAR", "growth": "DOUBLE", "low": "DOUBLE",
        "high": "DOUBLE", "word": "VARCHAR",
    },
}  # fmt: skip


@pytest.mark.parametrize("table", CONTRACT)
def test_the_names_and_types_that_users_rely_on(built, table):
    rows = ask(built, f"select column_name, column_type from (describe {table})")
    assert {c: t for c, t in rows if c in CONTRACT[table]} == CONTRACT[table]


def test_every_table_and_every_column_says_what_it_means(built):
    tables = ask(built, f"select schema_name || '.' || table_name, comment from {OWN_TABLES}")
    assert len(tables) >= 15
    assert [name for name, comment in tables if not comment or not comment.endswith(".")] == []
    columns = ask(built, f"select schema_name || '.' || table_name || '.' || column_name, comment from {OWN_COLUMNS}")
    assert len(columns) > 100
    assert [name for name, comment in columns if not comment] == []


def test_every_comment_of_the_sql_files_names_a_column_that_exists(built):
    columns = set(ask(built, f"select schema_name || '.' || table_name, column_name from {OWN_COLUMNS}"))
    for table in read_tables():
        if table.name in (*WORKING, *NOT_KEPT) or table.name.removeprefix("raw.") in (*SCHEMAS, "replay_commits"):
            continue
        assert {(table.name, column) for column in table.columns} <= columns, table.name


def test_times_are_utc_and_dates_are_dates(built):
    moments = "column_name like '%_at' or column_name in ('month', 'as_of', 'since', 'until')"
    kinds = ask(built, f"select distinct data_type from {OWN_COLUMNS} where {moments}")
    assert {kind for (kind,) in kinds} == {"TIMESTAMP", "DATE"}


def test_every_declared_table_is_loaded(built):
    declared = {table.name for table in read_tables() if table.is_declared} - set(WORKING)
    assert {f"raw.{name}" for name in SCHEMAS} < declared
    loaded = {*map("".join, ask(built, f"select schema_name || '.' || table_name from {OWN_TABLES}"))}
    assert declared - loaded == {f"raw.{name}" for name in (*SCHEMAS, "replay_commits")}
