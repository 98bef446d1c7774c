"""The replay of the old series: repositories that only it counts, and what stands beside a published figure."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from support.builders import TODAY, community, folders_in, land, row, source
from support.tables_on_demand import ask, build_tables

CORE = source("birds", repositories=("one",))
REPLAYED = source("birds", "then", repositories=("two",), replay_only=True)
HISTORY = """community,metric,definition,period,value,quality,source
birds,written_commits,commits of the month,2013-06,3,stated,a report
birds,registered,members,2013-06,50,stated,a report
birds,feathers,feathers,2013-Q2,9,stated,a report
birds,threads,threads in the month,2013-06,9,stated,a report
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A community with a counted repository and one of the replay, which share a commit."""
    where = folders_in(tmp_path_factory.mktemp("replay"))
    where.history.mkdir(parents=True)
    (where.history / "figures.csv").write_text(HISTORY)
    june = datetime(2013, 6, 3)
    land(where, CORE, "birds/one", [row(1, june, "ann"), row(2, june, "ann", parents=2)])
    land(where, REPLAYED, "birds/two", [row(1, june, "ann"), row(3, june, "bob")])
    build_tables(where, [replace(community("birds", CORE, REPLAYED), born=date(2013, 1, 1))], TODAY)
    return where


def test_a_repository_of_the_replay_enters_no_metric(built):
    commits = "select repository, hash[-1:] from core.commits order by all"
    assert ask(built, commits) == [("birds/one", "1"), ("birds/one", "2")]
    assert ask(built, "select distinct source from core.coverage") == [("core",)]
    assert ask(built, "select source from raw.sources") == [("core",)]
    assert ask(built, "select unit, loaded from core.unit_rows order by all") == [("birds/one", 2), ("birds/two", 2)]


def test_the_replay_counts_it_with_the_others_of_its_community(built):
    asked = "select scope, commits, names from core.written where period = '2013-06' order by all"
    assert ask(built, asked) == [("counted", 2, 1), ("then", 3, 2)]
    assert ask(built, "select unit from raw.replay_units order by all") == [("birds/one",), ("birds/two",)]


def test_each_published_figure_has_ours_or_a_reason(built):
    asked = """select metric, ours, difference, cause_code, reason_code from published.replay
        where published is not null order by all"""
    assert ask(built, asked) == [
        ("feathers", None, None, None, "no_definition"),
        ("registered", None, None, None, "no_past"),
        ("threads", None, None, None, "no_source"),
        ("written_commits", 3, 0, "equal", None),
    ]


def test_git_contributors_that_a_report_only_charts_stand_alone(built):
    asked = "select metric, period[-2:], ours from published.replay where published is null order by all"
    assert ask(built, asked) == [
        ("written_domains", "04", 0), ("written_domains", "05", 0), ("written_domains", "06", 1),
        ("written_names", "04", 0), ("written_names", "05", 0), ("written_names", "06", 2),
    ]  # fmt: skip


def test_no_run_visits_a_source_of_the_replay_unless_it_is_named():
    assert (REPLAYED.visited, REPLAYED.on_demand, REPLAYED.reachable) == (False, True, True)
