"""The page about the method: its query computes what is published, and its constants are those of the database."""

from html import escape

import pytest
from support.page import Page
from support.site import bare, published, render
from support.tables_on_demand import ask

from pipelines.ranking.method import load
from pipelines.rules import method_audit
from pipelines.warehouse.query import ask as ask_file
from reports.answers import question
from reports.pages import method


@pytest.fixture(scope="module")
def text(once):
    return render(published(once), method.page)


def test_the_query_of_the_page_computes_every_published_score_and_error(once):
    answer = ask(published(once), question("method", "recompute"))
    newest = "select count(*) from rankings.monthly join raw.build on as_of = last_complete_month"
    held = f"{newest} where score is not null"
    assert [(len(answer),)] == ask(published(once), held)
    for _, _, computed, index, error, score_error in answer:
        assert (computed, error) == pytest.approx((index, score_error), rel=1e-9)


def test_the_query_runs_on_the_database_for_publishing(once):
    file = published(once).site / "data" / "stackrank.duckdb"
    assert len(ask_file(file, question("method", "recompute"))) > 0


def test_the_query_and_its_answer_stand_on_the_page(text):
    assert escape(question("method", "recompute"), quote=False).replace("'", "&#39;").replace('"', "&#34;") in text
    rows = [row for name, rows in Page(text).tables.items() if name.startswith("Scores, computed") for row in rows[1:]]
    assert {tuple(row[:2]) for row in rows} >= {("Code", "Alpha Cloud")}
    assert all(row[2] == row[3] and row[4] == row[5] for row in rows)


def test_every_constant_stands_there(text, once):
    rows = Page(text).rows("Metrics of the ranking")
    weights = {row["metric"]: 100 * row["weight"] for row in load().metrics}
    assert {name.split()[-1]: float(cells[0]) for name, cells in rows.items()} == weights
    rules = Page(text).rows("Rules")
    assert (rules["usable_coverage"][0], rules["window_months"][0], rules["alpha"][0]) == ("0.9", "12", "0.1")
    assert Page(text).rows("Correlations")["Contributors"][1] == "0.60"


def test_the_audit_is_of_the_version_that_is_used_and_names_what_was_not_audited(text):
    assert {each.version for each in method_audit.load()} == {load().version}
    rows = Page(text).rows("Halves of windows")
    assert rows["Code"][:4] == ["150", "0.97", "0.79", "passes"]
    assert rows["Talk"][:4] == ["0", "not known", "not known", "no window"]


def test_without_a_score_the_answer_is_empty_and_says_so(once):
    assert "the answer is empty" in render(bare(once), method.page)
