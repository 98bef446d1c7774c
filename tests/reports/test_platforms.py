"""2013 and today of invented communities: the platforms as stated, counted and different, and no ranking then."""

from datetime import date
from types import SimpleNamespace

import duckdb
import pytest
from support.page import Page
from support.site import SHOWN, altered, published, render

from pipelines.catalogue import platform_facts
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE
from pipelines.warehouse.query import Database
from pipelines.warehouse.tables import make_table, read_tables
from reports.answers import ask_rows
from reports.pages import platforms, talk
from reports.text.formats import format_time


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    return SimpleNamespace(where=where, page=Page(render(where, talk.page)))


def cells(page, name):
    """The cells of one community, by topic and period, as a reader sees them."""
    (rows,) = (rows for caption, rows in page.tables.items() if caption == "The platforms, topic by topic")
    column, found, topic = rows[0].index(name), {}, ""
    for row in rows[1:]:
        if len(row) == 1:
            topic = next(heading for heading, _ in platforms.TOPICS.values() if row[0].startswith(heading))
        else:
            found[topic, row[0]] = row[column]
    return found


def test_every_topic_has_its_cells_and_what_nobody_stated_is_not_stated(house):
    alpha, beta = cells(house.page, "Alpha Cloud"), cells(house.page, "Beta Stack")
    assert len(alpha) == 2 * len(platforms.TOPICS) - len(platforms.TIMELESS)
    assert alpha["Licence", "2013"] == "GPLv3 1 November 2013 BSD before."
    assert alpha["Licence", "today"] == "Apache 2.0 2 March 2026"
    assert {said.split(" Counted")[0] for said in beta.values()} == {"not stated"}
    assert alpha["API", "today"] == "not stated"


def test_each_statement_leads_to_its_source_and_back(house):
    links = house.page.values("href", "a")
    ids = set(house.page.values("id"))
    for number in range(1, 12):
        assert {f"fact-{number}", f"source-{number}"} <= ids
        assert {f"#fact-{number}", f"#source-{number}"} <= set(links)
    assert "Alpha Cloud, Licence , of November 2013: the file LICENSE" in house.page.text
    assert "https://alpha.example.org/licence" in links
    assert not [link for link in links if link.startswith("javascript")]


def test_what_is_not_confirmed_and_what_the_talk_said_is_marked(house):
    alpha = cells(house.page, "Alpha Cloud")
    assert alpha["Cadence", "today"].startswith("Monthly. 5 February 2026 not confirmed")
    assert "not confirmed" not in alpha["Licence", "2013"]
    assert alpha["Hypervisors, native", "2013"] == "KVM LXC (containers) 6 2013 The founding talk said: Xen."


def test_what_we_count_stands_beside_what_is_stated_and_differences_show(house):
    alpha = cells(house.page, "Alpha Cloud")
    first = alpha["First release", "any time"]
    assert "Counted here: first: 1.0, 3 February 2025 (by its tag)." in first
    assert "Differs: stated 1 March 2025, here 3 February 2025." in first
    assert alpha["Release", "today"].endswith("Counted here: newest: 1.1.1, 3 July 2025 (by its tag).")
    assert alpha["Release", "2013"] == "not stated Counted here: no release is known."
    assert "Differs: stated are 12 a year, counted 1" in alpha["Cadence", "today"]
    evil = cells(house.page, f"=cmd(){SHOWN}")
    assert "Differs: 9.9 is not among the releases that we hold." in evil["Release", "today"]
    assert f"Differs: the newest then was {SHOWN} here." in evil["Release", "today"]


RELEASES = (("1.0", "alder", date(2013, 10, 18)), ("3.3.2", None, date(2013, 10, 24)),
            ("3.3.10", None, date(2013, 10, 24)), ("4.0", None, date(2013, 12, 31)))  # fmt: skip
MONTHS = [date(2025 if month > 2 else 2026, month, 1) for month in range(1, 13)]


def differences(fact, lines=()):
    """Return what differs from one statement: beside RELEASES, and new lines of versions in the latest of MONTHS."""
    with duckdb.connect() as con:
        for schema in ("raw", "core", "metrics"):
            con.execute(f"create schema {schema}")
        con.execute("create table raw.communities as select 'beta' as community")
        con.execute("create table core.releases (community varchar, version varchar, name varchar, released_at date)")
        con.executemany("insert into core.releases values ('beta', ?, ?, ?)", RELEASES)
        con.execute("create table metrics.monthly (community varchar, metric varchar, month date, value double)")
        for month, value in zip(sorted(MONTHS), lines, strict=False):
            con.execute("insert into metrics.monthly values ('beta', 'releases', ?, ?)", [month, value])
        make_table(con, next(table for table in read_tables() if table.name == "raw.facts"))
        blank = dict.fromkeys(con.sql("from raw.facts").columns)
        con.execute("insert into raw.facts select unnest(?)", [blank | {"community": "beta", "position": 0} | fact])
        rows = ask_rows(Database(con), "talk", "differences", then=date(2013, 11, 1), now=date(2026, 2, 1))
    return [platforms.difference_text(row) for row in rows]


@pytest.mark.parametrize(("as_of", "version", "newest"), [
    ("2013", "4.0", None), ("2013", "3.3.10", "4.0"), ("2013-10", "3.3.10", None), ("2013-10-18", "alder", None),
    ("2013-10-23", "3.3.2", "Alder 1.0"), ("2012-02", "1.0", None),
])  # fmt: skip
def test_a_statement_is_compared_with_what_was_out_by_the_end_of_its_time(as_of, version, newest):
    fact = {"topic": "release", "said_of": as_of, "version": version}
    assert differences(fact) == ([f"the newest then was {newest} here"] if newest else [])


@pytest.mark.parametrize(("version", "day", "said"), [
    ("alder", date(2013, 10, 18), []), ("alder", None, []), (None, date(2013, 10, 1), []),
    ("1.0", date(2013, 10, 1), ["stated 1 October 2013, here 18 October 2013"]),
    ("9.9", None, ["9.9 is not among the releases that we hold"]),
])  # fmt: skip
def test_a_stated_version_and_its_day_are_compared_with_the_releases_that_we_hold(version, day, said):
    assert differences({"topic": "first-release", "version": version, "day": day}) == said


def test_of_two_releases_of_one_day_the_higher_version_is_the_newest(house, tmp_path):
    released = "insert into core.releases by name select 'beta' as community, version, date '2013-10-24' as released_at"
    versions = "from (values ('3.4.0'), ('3.3.10'), ('3.3.2')) as v(version)"
    page = Page(render(altered(house.where, tmp_path, f"{released} {versions}"), talk.page))
    beta = cells(page, "Beta Stack")
    assert "first: 3.3.2, 24 October 2013" in beta["First release", "any time"]
    assert "newest: 3.4.0, 24 October 2013" in beta["Release", "today"]
    assert "newest by the end of November 2013: 3.4.0, 24 October 2013" in beta["Release", "2013"]


def test_a_cadence_is_judged_only_where_every_month_was_seen(house):
    stated = {
        "topic": "cadence",
        "period": "today",
        "said_of": "2026",
        "per_year_at_least": 2.0,
        "per_year_at_most": 4.0,
    }
    assert differences(stated, [5, *[0] * 11]) == ["stated are 2 to 4 a year, counted 5"]
    assert differences(stated, [0] * 11) == []
    assert differences(stated, [2, *[0] * 11]) == []
    nine = {"lines": 1, "months": 9, "last": date(2026, 2, 1)}
    assert platforms.cadence_text(nine).endswith("(9 of 12 months seen)")
    assert "not observed in the twelve months to November 2013" in cells(house.page, "Alpha Cloud")["Cadence", "2013"]


def test_formats_are_explained_once_and_lead_to_what_states_them(house):
    rows = house.page.rows("Image formats, one by one")
    assert list(rows) == ["qcow2", "raw"], "only those that somebody stated and that are explained"
    assert "openstack/glance" in rows["raw"][0]
    lines = house.page.rows("Image formats of each platform")
    assert lines["qcow2"] == ["●", "●", *["not stated"] * 6]
    assert lines["raw"] == ["●", "not stated", *["not stated"] * 3, "●", *["not stated"] * 2]
    assert {"#fact-7", "#fact-8", "#fact-11"} <= set(house.page.values("href", "a"))


@pytest.mark.long
def test_without_facts_the_page_says_so_and_a_demo_says_whose_they_are(house, tmp_path):
    bare = Page(render(altered(house.where, tmp_path / "bare", "delete from raw.facts"), talk.page))
    assert "Nothing is stated: no community file has a [[facts]] block." in bare.text
    demo = altered(house.where, tmp_path / "demo", "update raw.build set shows = 'Demo.'")
    assert "The counts beside them are from the demo." in Page(render(demo, talk.page)).text


def test_the_file_has_every_statement_with_its_source(house):
    text = (house.where.site / "data" / "profile.csv").read_text(encoding="utf-8")
    assert "alpha,licence,2013,2013-11,GPLv3,,,,,True,,the file LICENSE,,BSD before." in text
    assert "alpha,hypervisors,2013,2013,KVM; LXC (containers),,,,,True,Xen,the manual,," in text


def test_times_of_statements_in_words():
    assert [format_time(said) for said in ("2013", "2013-11", "2013-10-18")] == [
        "2013", "November 2013", "18 October 2013",
    ]  # fmt: skip


def test_without_a_ranking_of_2013_nothing_is_drawn(house):
    assert "This database holds no ranking of June 2013." in house.page.text
    assert "The talk spoke of communities that are not compared here." in house.page.text


def test_every_value_of_the_catalogue_belongs_to_a_hypervisor():
    known = [spelling for each in platform_facts.hypervisors() for spelling in each.begins]
    facts = [fact for community in load_catalogue(CATALOGUE) for fact in community.facts]
    confirmed = [fact for fact in facts if fact.topic.startswith("hypervisors") and fact.confirmed]
    values = [value for fact in confirmed for value in fact.values]
    assert [value for value in values if not value.startswith(tuple(known))] == []
