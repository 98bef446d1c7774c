"""The page about the data: metrics, tables and files are those that exist."""

import re
from html import unescape

import pytest
from support.site import published, render
from support.tables_on_demand import ask

from reports.pages import database
from reports.text.labels import LABELS


@pytest.fixture(scope="module")
def text(once):
    return render(published(once), database.page)


def test_every_metric_has_definition_formula_query_and_the_name_that_chaoss_has_for_it(text, once):
    metrics = ask(published(once), "select metric, definition, formula, query, chaoss from metrics.definitions")
    said = unescape(text)
    for metric, definition, formula, query, chaoss in metrics:
        part = said.split(f'id="metric-{metric}"')[1].split("</article>")[0]
        assert all(known in part for known in (definition, formula, query, chaoss or "<dd>none</dd>"))
    assert {metric for metric, *_ in metrics} >= set(LABELS) & {metric for metric, *_ in metrics}


def test_the_query_of_a_metric_gives_its_numbers(once):
    ((query,),) = ask(published(once), "select query from metrics.definitions where metric = 'code_people'")
    assert ask(published(once), query) == ask(published(once), "from metrics.code_people")


def test_every_table_stands_with_its_columns_and_what_they_say(text, once):
    columns = """select schema_name, table_name, column_name, comment from duckdb_columns()
        where not internal and database_name = current_database()"""
    said = unescape(text)
    for schema, name, column, comment in ask(published(once), columns):
        part = said.split(f'id="table-{schema}-{name}"')[1].split("</details>")[0]
        assert f">{column}<" in part
        assert comment in part


def test_every_file_is_there(text, once):
    files = re.findall(r'href="data/([\w.]+)"', text)
    data = published(once).site / "data"
    held = {path.name for path in data.iterdir() if path.suffix in (".csv", ".duckdb", ".json")}
    assert set(files) == held
