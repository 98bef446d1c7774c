"""The page about members: each count with its definition, day and source, on an axis of its own."""

import csv
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from support.counting_site import counting, land, published
from support.page import Page
from support.site import SHOWN, TODAY, community, folders, render

from pipelines.catalogue import history
from pipelines.catalogue.measures import KINDS
from pipelines.warehouse.build import build_database
from pipelines.warehouse.query import ask
from reports.pages import members
from reports.text.members import trend_text

NIGHT = datetime(2026, 3, 20, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    text = (where.site / "members.html").read_text(encoding="utf-8")
    return SimpleNamespace(where=where, text=text, page=Page(text))


@pytest.mark.long
def test_each_official_count_stands_with_its_definition_day_and_source(house):
    rows = house.page.rows("Official members")
    count, what, day, how = rows["Alpha Cloud"]
    assert (count, day) == ("8,123 members", "20 March 2026")
    assert what.startswith("People in the foundation's register whose membership is active")
    assert how == "stated by the source for this day: https://register.example.org/members"
    assert "https://register.example.org/members" in house.page.values("href", "a")


@pytest.mark.long
def test_a_community_without_an_official_count_says_why_and_what_to_do(house):
    rows = house.page.rows("Official members")
    assert rows["Beta Stack"][:2] == ["no official count", "Beta Stack has no published member count."]
    assert "Counted instead, and not members: contributors on GitHub." in rows["Beta Stack"][3]
    assert rows["Forum Cloud"][0] == "not counted yet"
    assert "a source of the kind discourse , which states it, in data/communities/forum.toml" in rows["Forum Cloud"][3]
    assert "To do: uv run stackrank collect wait/counts (step collect: never visited)" in rows["Waiting"][3]


@pytest.mark.long
def test_measures_that_mean_different_things_never_share_an_axis(house):
    figures = house.page.figures
    assert list(figures) == ["individual-members-alpha", "contributors", "stars", "forks"]
    lines = {name: {t["name"] for t in figure["data"]} for name, figure in figures.items()}
    assert lines["individual-members-alpha"] == {"Alpha Cloud", "Alpha Cloud, restated"}
    assert len(lines["stars"]) == 2, "stars of two repositories mean the same"
    assert all("yaxis2" not in figure["layout"] for figure in figures.values())


@pytest.mark.long
def test_what_is_restated_or_published_is_drawn_and_told_apart(house):
    told, restated = house.page.figures["individual-members-alpha"]["data"]
    assert (told["name"], told["x"][-1], told["y"][-1], told["line"]["dash"]) == (
        "Alpha Cloud", "2026-03-01", 8123, "solid",
    )  # fmt: skip
    assert (restated["name"], restated["line"]["dash"]) == ("Alpha Cloud, restated", "dash")
    cells = house.page.rows("Individual members: Alpha Cloud")
    assert cells["March 2026"] == ["8,123 (20 March 2026)", "not counted"]
    assert cells["February 2026"] == ["8,100 (8 February 2026)", "not counted"], "the last count of the month"
    assert cells["May 2025"] == ["not counted", "7,005 (28 May 2025, restated)"]
    assert cells["June 2024"][0].startswith("5,600 (30 June 2024, published: a talk ")


@pytest.mark.long
def test_attention_is_called_easily_bought_and_is_never_scored(house):
    for kind in KINDS:
        assert members.KIND_TEXTS[kind][0] in house.page.text
    assert "Attention, easily bought Stars, forks and watchers are shown and never scored." in house.page.text
    metrics = ask(house.where.database, "select metric from rankings.method").to_pylist()
    assert not {row["metric"] for row in metrics} & {row["measure"] for row in measures(house)}


def measures(house):
    return ask(house.where.database, "from raw.measures").to_pylist()


@pytest.mark.long
def test_every_measure_stands_there_with_its_definition(house):
    for row in measures(house):
        assert row["definition"] in house.page.text


@pytest.mark.long
def test_hostile_words_are_text_and_no_address_that_is_not_https_is_a_link(house):
    assert SHOWN in house.page.text
    assert not [link for link in house.page.values("href", "a") if link.startswith("javascript")]
    assert "<script>alert" not in house.text
    assert re.findall(r"\b(?:None|NaN|nan|NULL|True|False)\b", house.page.text) == []
    with (house.where.site / "data" / "counts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert {row["basis"] for row in rows} == {"stated", "restated", "published"}


@pytest.mark.long
def test_a_day_on_which_the_definition_changed_is_drawn_and_told(tmp_path):
    where = folders(tmp_path)
    openstack = counting(
        "openstack", "OpenStack", "openinfra", "https://register.example.org/members", "individual_members"
    )
    for day in (date(2025, 6, 30), date(2025, 8, 1)):
        land(where, openstack, "members", day, ("individual_members", 9))
    build_database(where, (openstack,), TODAY)
    page = Page(render(where, members.page))
    (line,) = page.figures["individual-members-openstack"]["layout"]["shapes"]
    assert line["x0"] == "2025-07-01"
    assert "what is counted changed, as stated above" in page.text
    assert "Since July 2025 something else is counted: In the course of 2025 the foundation became part" in page.text


@pytest.mark.long
def test_on_its_own_page_a_community_has_its_members_of_the_month_and_to_date(house):
    page = Page((house.where.site / "community" / "alpha.html").read_text(encoding="utf-8"))
    assert page.rows("Numbers of February 2026")["Registered members"][:2] == ["8,100", "8,123 to date"]


@pytest.mark.long
def test_each_count_says_how_much_of_its_time_was_counted_and_how_it_moved(house):
    rows = house.page.rows("Each measure of each community")
    assert rows["Individual members official"] == [
        "Alpha Cloud", "8,123 members", "3 of 22 months from 30 June 2024 to 20 March 2026", "no count a year before",
    ]  # fmt: skip
    assert rows["Contributors on GitHub"][2] == "one month, 20 March 2026"


LINE = {"value": 110, "value_before": 100, "day_before": date(2025, 3, 1), "changed": False}


@pytest.mark.parametrize(("row", "said"), [
    ({}, "+10 % since 1 March 2025 (100)"), ({"value": 95}, "−5 % since 1 March 2025 (100)"),
    ({"value_before": None}, "no count a year before"), ({"value_before": 0}, "0 on 1 March 2025"),
    ({"changed": True}, "the definition changed since 1 March 2025"),
])  # fmt: skip
def test_a_trend_is_of_one_definition(row, said):
    assert trend_text(LINE | row) == said


@pytest.mark.long
def test_without_any_count_the_page_says_what_would_be_counted(tmp_path):
    where = folders(tmp_path)
    warehouse_of_nothing(where)
    page = Page(render(where, members.page))
    assert page.figures == {}
    assert page.rows("Official members")["Alpha"][0] == "no official count"
    assert "its file has no key registered" in page.text


def warehouse_of_nothing(where):
    where.history.mkdir(parents=True)
    with (where.history / "figures.csv").open("w", newline="") as file:
        csv.writer(file).writerows([history.COLUMNS, ("alpha", "walks", "Invented.", "2024-06", 5, "stated", "a talk")])
    build_database(where, (community("alpha", "Alpha"),), TODAY)
