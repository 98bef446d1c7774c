"""The time machine: a page for every month, by what is known today; its calendar and its places."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from support.page import Page
from support.rows import ranked_rows
from support.site import altered, published, render

from flows.cli import main
from reports.graphics.lanes import Lane, draw_lanes
from reports.pages import time_index, time_month
from reports.text.no_order import no_order_text


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    pages = {path.name: path.read_text(encoding="utf-8") for path in (where.site / "time").glob("*.html")}
    return SimpleNamespace(where=where, pages=pages, page=Page(pages["2025-12.html"]))


def test_every_month_that_has_a_ranking_has_a_page(house):
    months = [f"2025-{month:02}.html" for month in range(1, 13)] + ["2026-01.html", "2026-02.html"]
    assert sorted(house.pages) == [*months, "index.html"]
    assert render(house.where, time_month.keys) == [name.removesuffix(".html") for name in months]


def test_a_month_speaks_of_then_by_what_is_known_today(house):
    text = house.page.text
    assert "Time machine: public code activity, January 2025 to December 2025" in text
    assert re.search(r"By public code activity in December 2025, places 1 to 3 were not all in a firm order\.", text)
    assert "By what is known today. It can differ from what was published then." in text
    assert "edition December 2025" in text
    assert "What changed" not in text


def test_a_month_holds_nothing_of_later_ones_but_the_place_of_now(house):
    text = re.sub(r"Newest: February 2026|\d+ [A-Z][a-z]+ 2026", "", house.page.text)
    assert re.findall(r"(?<!◀ )\b(?:February|March) 2026", text) == []
    (head, *rows) = next(
        rows for caption, rows in house.page.tables.items() if caption.startswith("Ranking by public code")
    )
    assert head[-1] == "Now"
    assert {row[1].partition(" ◎")[0]: row[-1] for row in rows}["Alpha Cloud"] == "Now 1"


def test_steps_lead_to_months_that_have_a_page(house):
    links = [link for link in house.page.values("href", "a") if re.fullmatch(r"\d{4}-\d\d.html", link)]
    assert links == ["2025-11.html", "2026-01.html"], "a year before and after there is none"
    newest = Page(house.pages["2026-02.html"])
    assert [link for link in newest.values("href", "a") if re.fullmatch(r"\d{4}-\d\d.html", link)] == [
        "2025-02.html", "2026-01.html",
    ]  # fmt: skip
    assert "Newest:" not in newest.text


def test_a_month_without_a_firm_order_says_why(house):
    tied = Page(house.pages["2026-01.html"])
    assert "Why no order?" in tied.text
    caption = next(caption for caption in tied.tables if caption.startswith("Counts without a firm order"))
    assert tied.tables[caption][0] == ["Community", "Contributors a month", "Commits a month", "Score (90 % range)"]
    firm = Page(house.pages["2026-02.html"])
    assert "Why no order?" not in firm.text


@pytest.mark.parametrize(("levels", "said"), [
    ((9, 40, 8, 50), "The counts disagree: Alpha had the most contributors and Beta had the most commits."),
    ((9, 50, 8, 40), ""),
])  # fmt: skip
def test_why_is_the_gap_and_counts_that_disagree(levels, said):
    rows = ranked_rows((1, 2), (1, 2))
    keys = [(slug, metric) for slug in ("alpha", "beta") for metric in ("code_people", "commits")]
    text = no_order_text(rows, dict(zip(keys, levels, strict=True)), ["code_people", "commits"])
    gap = "The scores of Alpha and Beta differ by 11 %, and a firm order needs 17 %."
    assert text == f"{gap} {said}".strip()  # 100 (exp(2.1 sqrt(2) .05) - 1) = 16.02, rounded up


def test_the_calendar_has_every_month_with_what_it_is(house):
    page = Page(house.pages["index.html"])
    (rows,) = [rows for caption, rows in page.tables.items() if caption == "Months by public code activity"]
    assert rows[0] == ["Year", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert rows[2][:4] == [
        "2026", "January 2026: some places have no firm order", "February 2026: every place is firm", "",
    ]  # fmt: skip
    assert rows[1][1] == "January 2025: no ranking"
    assert set(page.values("href", "a")) >= {f"{key}.html" for key in render(house.where, time_month.keys)}


def test_the_places_of_the_calendar_stand_in_a_table_too(house):
    page = Page(house.pages["index.html"])
    rows = page.rows("Places over time: public code activity")
    assert rows["February 2026"] == ["1 (1st)", "2 (2nd)", "not ranked"]
    assert rows["January 2026"][:2] == ["1 (1st to 2nd)", "3 (2nd to 3rd)"]
    assert "../data/places.csv" in page.values("href", "a")


def test_lanes_show_firm_places_sets_and_what_was_not_seen():
    months = [date(2020, month, 1) for month in range(1, 5)]
    places = dict(zip(months, [(1, 1, 1), (1, 1, 2), None], strict=False))
    html = str(draw_lanes([Lane("a", "<A>", "square", places, {})], months, "Places"))
    assert html.count("<svg") == 3
    assert "&lt;A&gt;" in html
    one = html.partition("</svg>")[0]
    assert [one.count(f'class="{look}"') for look in ("firm", "row", "set", "hatching")] == [1, 1, 1, 1]


def test_without_a_ranking_the_time_machine_says_so(house, tmp_path):
    empty = altered(house.where, tmp_path, "delete from rankings.monthly")
    assert "No month has a ranking yet." in Page(render(empty, time_index.page)).text


@pytest.mark.long
def test_the_command_returns_the_page_of_a_month(house, tmp_path, monkeypatch, capsys):
    where = altered(house.where, tmp_path)
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    assert main(["report", "--as-of", "2025-12"]) == 0
    assert capsys.readouterr().out == f"page: {where.site / 'time' / '2025-12.html'}\n"
    assert "in December 2025" in Page((where.site / "time" / "2025-12.html").read_text()).text
