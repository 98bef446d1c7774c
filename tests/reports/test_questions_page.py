"""The page of questions: those of the documents, each with its answer; without a server it says how to ask."""

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
from reports.pages import questions


@pytest.fixture(scope="module")
def text(once):
    return render(published(once), questions.page)


def plain(sql):
    return " ".join(sql.split())


def test_the_questions_are_those_of_the_documents_which_tests_ask():
    of_readme = [shlex.split(command)[-1] for command, _ in answered(README, "sh", "STACKRANK_DATA=data/demo")]
    of_cookbook = [sql for language, sql in blocks(COOKBOOK) if language == "sql"]
    shown = [question(questions.QUESTIONS, path.stem) for path in (QUERIES / questions.QUESTIONS).glob("*.sql")]
    assert sorted(map(plain, shown)) == sorted(map(plain, [*of_readme, *of_cookbook]))


def test_each_question_stands_with_its_answer(text, once):
    found = [unescape(sql) for sql in re.findall(r'<h3 id="question-.*?<pre[^>]*><code>(.*?)</code>', text, re.S)]
    assert len(found) == len(list((QUERIES / questions.QUESTIONS).glob("*.sql")))
    answer = ask(published(once), found[0])
    rows = Page(text).rows("Who has which places by code now?")
    assert {name: cells[-1] for name, cells in rows.items()} == {str(row[0]): row[-1] for row in answer}


@pytest.mark.long
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


def test_a_page_that_no_server_shows_says_how_to_ask(text, once):
    assert "stackrank serve</code>" in text
    assert 'id="ask" hidden' in text
    assert (published(once).site / "served.js").read_text() == "window.stackrankServed = null;\n"
