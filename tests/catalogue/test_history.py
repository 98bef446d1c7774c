"""Figures of data/history: read with care, shown as their own state, never mixed with what was seen."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest
from support.builders import TODAY, community, land, monthly, source
from support.tables_on_demand import ask, build_tables, read_once

from pipelines.catalogue import history
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, Folders
from pipelines.warehouse.build import build_database

SHIPPED = CATALOGUE.parent / "history"
GOOD = "birds,commits,Commits that are counted.,2025-03,7,measured,invented"


@pytest.fixture
def where(tmp_path):
    """An empty data folder with an empty folder of published figures."""
    return with_history(tmp_path)


def with_history(top):
    folders = Folders(top / "data", top / "world" / "communities", top / "site")
    folders.history.mkdir(parents=True)
    return folders


def publish(where, *lines, name="invented.csv"):
    (where.history / name).write_text("\n".join([",".join(history.COLUMNS), *lines]) + "\n")


def definition(metric):
    (table,) = (t for t in read_once() if t.name == f"metrics.{metric}")
    return f'"{table.sentence}"'


def measured(metric, values, start=2025, of="birds"):
    return [
        f"{of},{metric},{definition(metric)},{start + m // 12}-{m % 12 + 1:02},{value},measured,invented"
        for m, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (GOOD.replace("2025-03", "2025-13"), "period: '2025-13' is no day, month, quarter or year"),
        (GOOD.replace("2025-03", "2025-02-30"), "period"),
        (GOOD.replace("2025-03", "2025-Q5"), "period"),
        (GOOD.replace("2025-03", "March"), "period"),
        (GOOD.replace(",7,", ",many,"), "value: 'many' is no count"),
        (GOOD.replace(",7,", ",nan,"), "value"),
        (GOOD.replace(",7,", ",-1,"), "value"),
        (GOOD.replace("invented", ""), "source: empty"),
        (GOOD.replace("Commits that are counted.", ""), "definition: empty"),
        (GOOD + ",more", "more columns"),
        ("birds,commits", "definition, period, value, quality, source: empty"),
    ],
)
def test_a_line_that_is_no_figure_is_refused_with_its_place(where, line, complaint):
    publish(where, GOOD.replace("2025-03", "2025-01"), line)
    with pytest.raises(history.HistoryError, match=r"^invented\.csv:3: .*") as refusal:
        history.load(where.history, ["birds"])
    assert complaint in str(refusal.value)


def test_a_file_with_other_columns_and_a_figure_that_stands_twice_are_refused(where):
    publish(where, GOOD, GOOD)
    with pytest.raises(history.HistoryError, match="birds commits 2025-03 stands there twice"):
        history.load(where.history, ["birds"])
    (where.history / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(history.HistoryError, match=r"other\.csv: the first line must be community,metric"):
        history.load(where.history, ["birds"])


@pytest.mark.parametrize(
    ("period", "month"), [("2013-06", date(2013, 6, 1)), ("2013-06-30", None), ("2013-Q2", None), ("2013", None)]
)
def test_only_months_are_months(where, period, month):
    publish(where, GOOD.replace("2025-03", period))
    (figure,) = history.load(where.history, ["birds"])
    assert (figure.period, figure.month, figure.value) == (period, month, 7)
    assert history.load(where.history, ["fish"]) == []


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One build of three communities: birds are only published, bees are seen too, fish has other definitions."""
    where = with_history(tmp_path_factory.mktemp("history"))
    bees = source("bees")
    land(where, bees, "bees/one", monthly(1, range(14)))
    stated = [line.replace("measured", "stated") for line in measured("commits", [60] * 12, of="fish")]
    people = measured("code_people", [9] * 12, of="fish")
    other = [line.replace(definition("code_people"), "Something else.") for line in people]
    of_birds = [*measured("commits", [60] * 12), *measured("code_people", [9] * 12)]
    publish(where, *of_birds, *measured("commits", [1000] * 14, of="bees"), *stated, *other)
    communities = [community(of.community, of) for of in (source("birds"), bees, source("fish"))]
    build_tables(where, communities, TODAY)
    return where


@pytest.mark.long
def test_without_any_visit_the_published_months_are_shown_and_ranked(world):
    rows = ask(world, "select distinct metric, value, state, covered from metrics.monthly "
                      "where community = 'birds' and month < '2026-01-01' and metric in ('commits', 'code_committers') "
                      "order by all")  # fmt: skip
    assert rows == [("code_committers", None, "unobserved", 0), ("commits", 60, "published", 0)]
    assert ask(
        world,
        "select state, score > 0, months, published_months from rankings.monthly "
        "where community = 'birds' and as_of = '2025-12-01' and family = 'code'",
    ) == [("ranked", False, 12, 12)]
    assert ask(world, "select distinct state from core.coverage where community = 'birds'") == [("pending",)]
    assert ask(world, "select count(*) from core.commits where community = 'birds'") == [(0,)]


def test_what_was_seen_is_never_replaced_and_the_published_value_stands_beside_it(world):
    rows = ask(world, "select distinct value, state, published from metrics.monthly where community = 'bees' "
                      "and metric = 'commits' and month between '2025-02-01' and '2026-02-01'")  # fmt: skip
    assert rows == [(8, "observed", 1000)]
    months = "select distinct published_months from rankings.monthly where community = 'bees' and score is not null"
    assert ask(world, months) == [(0,)]


def test_another_definition_or_quality_fills_nothing(world):
    assert ask(
        world,
        "select distinct value, state from metrics.monthly "
        "where community = 'fish' and metric in ('commits', 'code_people')",
    ) == [(None, "unobserved")]
    told = ask(world, "select count(*), count(distinct source) from raw.history where community = 'fish'")
    assert told == [(24, 1)]


def test_the_shipped_figures_can_all_be_read_and_name_nobody():
    figures = history.load(SHIPPED, [c.slug for c in load_catalogue(CATALOGUE)])
    assert len(figures) == sum(len(list(csv.reader(p.open()))) - 1 for p in SHIPPED.glob("*.csv"))
    assert len(figures) > 5000
    assert [f for f in figures if "@" in f.source or "@" in f.definition] == []


def test_what_we_measured_fits_our_metrics_today():
    """A metric whose definition changes must be measured again: its old figures would fill nothing."""
    figures = [f for f in history.load(SHIPPED, ["openstack", "cloudstack"]) if f.quality == "measured"]
    ours = {(t.name.split(".")[1], t.sentence) for t in read_once() if t.facts}
    assert {(f.metric, f.definition) for f in figures} <= ours
    assert {f.metric for f in figures} >= {"commits", "code_people"}


@pytest.mark.long
def test_a_first_start_without_network_shows_the_history_since_2009(tmp_path):
    folder = tmp_path / "world"
    shutil.copytree(CATALOGUE, folder / "communities")
    shutil.copytree(SHIPPED, folder / "history")
    where = Folders(tmp_path / "data", folder / "communities", tmp_path / "site")
    build_database(where, load_catalogue(where.communities), date(2026, 8, 20))
    rows = ask(where, 'select community, rank, round("index", 1) from rankings.monthly '
                      "where as_of = '2013-06-01' and family = 'code' and rank is not null order by rank")  # fmt: skip
    assert rows == [("openstack", 1, 304.1), ("cloudstack", 2, 140.0), ("eucalyptus", 3, 75.8), ("opennebula", 4, 31.8)]
    first = ask(where, "select min(month) from metrics.monthly where state = 'published'")
    assert first < [(date(2009, 1, 1),)]
    assert Path(where.database).exists()
