"""The page about the data: metrics, tables, questions and files are those that exist."""

import re
import shlex
from html import unescape

import pytest
from support.page import Page
from support.readme import COOKBOOK, README, answered, blocks
from support.site import published, render
from support.tables_on_demand import ask

from pipelines.warehouse.query import NoDatabaseError
from pipelines.warehouse.query import ask as ask_file
from reports.answers import QUERIES, question
from reports.pages import database
from reports.text.labels import LABELS


@pytest.fixture(scope="module")
def text(once):
    return render(published(once), database.page)


def plain(sql):
    return " ".join(sql.split())


def test_the_questions_are_those_of_the_documents_which_tests_ask():
    of_readme = [shlex.split(command)[-1] for command, _ in answered(README, "sh", "STACKRANK_DATA=data/demo")]
    of_cookbook = [sql for language, sql in blocks(COOKBOOK) if language == "sql"]
    shown = [question(database.QUESTIONS, path.stem) for path in (QUERIES / database.QUESTIONS).glob("*.sql")]
    assert sorted(map(plain, shown)) == sorted(map(plain, [*of_readme, *of_cookbook]))


def test_each_question_stands_with_its_answer(text, once):
    found = [unescape(sql) for sql in re.findall(r'<h3 id="question-.*?<pre[^>]*><code>(.*?)</code>', text, re.S)]
    assert len(found) == len(list((QUERIES / database.QUESTIONS).glob("*.sql")))
    answer = ask(published(once), found[0])
    rows = Page(text).rows("Who has which places by code now?")
    assert {name: cells[-1] for name, cells in rows.items()} == {str(row[0]): row[-1] for row in answer}


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
    held = {
        path.name for path in (published(once).site / "data").iterdir() if path.suffix in (".csv", ".duckdb", ".json")
    }
    assert set(files) == held


def test_a_question_that_needs_the_working_database_says_so(text, once):
    file = published(once).site / "data" / "stackrank.duckdb"
    for part in text.split('<h3 id="question-')[1:]:
        sql = unescape(part.split("<code>")[1].split("</code>")[0])
        try:
            ask_file(file, sql)
            answers = True
        except NoDatabaseError:
            answers = False
        assert ("Needs the working database" in part) != answers
