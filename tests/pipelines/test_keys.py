"""The keys that comments of tables state are keys: no two rows have the same."""

import re

import pytest
from support.site import published
from support.tables_on_demand import ask

from pipelines.warehouse.tables import read_tables, tables_of_metrics

KEY = re.compile(r"Key: ([a-z_, ]+)[.]")
READ = read_tables()
KEYS = {table.name: found[1] for table in (*READ, *tables_of_metrics(READ)) if (found := KEY.search(table.sentence))}
MAY_BE_EMPTY = ("rankings.movers", "analysis.revisions", "analysis.response_times")


def test_tables_of_analysts_state_their_key():
    assert KEYS.keys() >= {
        "metrics.monthly",
        "analysis.monthly_wide",
        "analysis.response_times",
        "rankings.monthly",
        "rankings.movers",
    }


@pytest.mark.parametrize("table", KEYS)
def test_no_two_rows_have_the_same_key(once, table):
    ((rows, keys),) = ask(published(once), f"select count(*), count(distinct ({KEYS[table]})) from {table}")
    assert rows == keys
    assert rows > 0 or table in MAY_BE_EMPTY
