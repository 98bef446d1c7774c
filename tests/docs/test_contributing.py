"""The examples of CONTRIBUTING.md do what it says."""

import csv
import io

import duckdb
from support.readme import CONTRIBUTING, block

from pipelines.catalogue.load import load_catalogue
from pipelines.warehouse.tables import read_table


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_community_is_a_good_one(tmp_path):
    (tmp_path / "incus.toml").write_text(block(CONTRIBUTING, "toml", "Incus"))
    (incus,) = load_catalogue(tmp_path)
    assert incus.sources[0].urls == ("git+https://github.com/lxc/incus",)


def test_the_metric_counts_what_its_case_expects(tmp_path):
    file = tmp_path / "threads_unanswered.sql"
    file.write_text(block(CONTRIBUTING, "sql", "core.threads"))
    table = read_table(file, "metrics.threads_unanswered")
    assert {fact: table.facts[fact] for fact in ("family", "unit", "chaoss")} == {
        "family": "talk", "unit": "threads", "chaoss": "none",
    }  # fmt: skip
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            "create table core.threads "
            "(community text, thread_key text, month date, is_human bool, answered_at timestamp)"
        )
        for row in rows_of(block(CONTRIBUTING, "csv", "thread_key")):
            con.execute("insert into core.threads values (?, ?, ?, ?, ?)", [value or None for value in row.values()])
        found = [tuple(map(str, row)) for row in con.execute(table.select).fetchall()]
    assert found == [tuple(row.values()) for row in rows_of(block(CONTRIBUTING, "csv", "value"))]
