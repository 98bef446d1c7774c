"""The page of the replay: published figures beside ours, the cause of each difference, and what is missing."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from support.builders import TODAY, community, folders_in, land, row, source
from support.page import Page
from support.site import published
from support.tables_on_demand import build_tables, opened

from pipelines.warehouse.query import open_database
from pipelines.warehouse.tables import TABLES
from reports.pages import replay
from reports.pages.context import read_context
from reports.text.replay import CAUSES, KINDS, WITHOUT, value_text

CORE = source("alpha", repositories=("one",))
THEN = source("alpha", "then", repositories=("two",), replay_only=True)
FIGURES = """community,metric,definition,period,value,quality,source
alpha,written_commits,commits of the month,2013-06,4,stated,a report <b>
alpha,registered,members,2013-06,50,stated,a report
"""


@pytest.fixture(scope="module")
def site(once):
    with open_database(published(once).database) as opened:
        yield read_context(opened)


@pytest.fixture(scope="module")
def replayed(site, tmp_path_factory):
    """The same site over a database that holds two figures of others and one of the two repositories."""
    where = folders_in(tmp_path_factory.mktemp("replayed"))
    where.history.mkdir(parents=True)
    (where.history / "figures.csv").write_text(FIGURES)
    land(where, CORE, "alpha/one", [row(1, datetime(2013, 6, 3))])
    known = [replace(community("alpha", CORE, THEN), born=date(2013, 1, 1))]
    build_tables(where, known, TODAY)
    return replace(site, database=opened(where))


def test_a_figure_stands_beside_ours_with_its_cause(replayed):
    page = Page(replay.page(replayed))
    _, beside = page.tables["Published figures beside ours"]
    assert beside[1:7] == ["commits a month, merges in", "2013-06", "4", "1", "−3", CAUSES["sources_missing"]]
    _, without = page.tables["Published figures without a count of ours"]
    assert without[1:5] == ["registered members", "2013-06", "50", WITHOUT["no_past"]]
    assert "Alpha: alpha/two" in page.text
    assert (
        "2 published figures: 1 beside ours, 0 waiting for sources that have not been read, 1 that cannot" in page.text
    )
    assert page.tables["Published figures by who published them"][1:] == [
        ["a report", "1", "0", "0", "1"], ["a report <b>", "1", "1", "0", "0"],
    ]  # fmt: skip
    assert page.tables["How many figures stand beside ours"][1:] == [["CY13-Q2", "2", "1", "0"]]


def test_it_says_which_figures_wait_for_a_source_that_only_the_replay_counts(replayed):
    text = Page(replay.page(replayed)).text
    assert "1 of the 2 repositories of alpha/then have not been read. These figures of Alpha wait for them:" in text


def test_without_figures_it_says_where_they_lie(site):
    text = Page(replay.page(site)).text
    assert "This database holds no figures that others published." in text
    assert "the demo has none" in text


def test_every_code_of_the_tables_has_a_sentence():
    kinds = (TABLES / "analysis" / "replay_kinds.sql").read_text()
    listed = re.findall(r"^    \('(\w+)', .*?('\w+'|null), ('\w+'|null)\)", kinds, re.MULTILINE)
    codes = set(re.findall(r"then '(\w+)'|else '(\w+)'", (TABLES / "published" / "replay.sql").read_text()))
    assert {kind for kind, *_ in listed} == set(KINDS)
    named = {code.strip("'") for _, *of in listed for code in of} | {code for pair in codes for code in pair}
    assert named - {"null", "", "messages", "threads"} == CAUSES.keys() | WITHOUT.keys()


def test_shares_ratios_and_counts_are_printed_as_such():
    assert value_text("domain_share:example.org", 0.125) == "12.5 %"
    assert value_text("participation_ratio", 2.97) == "3.0"
    assert value_text("messages", 3300.0) == "3,300"
