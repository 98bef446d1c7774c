"""Compare: who was ahead in each month, by the rule of the places; what the page says; what it links to."""

from dataclasses import replace
from datetime import date
from math import exp

import pytest
from support.page import Page
from support.pop_method import METHOD
from support.site import altered, published, render

from pipelines.warehouse.query import ask, open_database
from reports.pages import compare, compare_index, pairs
from reports.pages.context import read_context
from reports.pages.duel import feeding, is_fed, lane_of
from reports.text.compare import leads_text

FIRST = date(2020, 1, 1)


def scores(*values, first=FIRST, error=0.1, threshold=2.0):
    return {
        "first": first,
        "scores": list(values),
        "errors": [error] * len(values),
        "thresholds": [threshold] * len(values),
    }


def judged(one, other):
    return list(pairs.judge(one, other, METHOD))


def test_a_month_is_judged_where_both_were_ranked_and_its_table_has_a_threshold():
    found = judged(scores(1.0, None, 0.0, 0.2), scores(0.0, 1.0, 1.0, 0.0, first=FIRST))
    assert [(month.month, month.word, lane_of(month)) for month in found] == [
        (date(2020, 1, 1), "ahead", 1), (date(2020, 3, 1), "ahead", 3), (date(2020, 4, 1), "probably ahead", 2),
    ]  # fmt: skip
    later = scores(0.0, 0.0, first=date(2020, 4, 1))
    assert [(month.month, month.word) for month in judged(scores(1.0, 1.0, 1.0, 0.0), later)] == [
        (date(2020, 4, 1), "cannot be told apart")
    ]
    assert judged(scores(1.0), scores(1.0, first=date(2021, 1, 1))) == []
    assert judged(scores(1.0, threshold=None), scores(0.0, threshold=None)) == []


def test_the_ratio_is_of_the_larger_score_over_the_smaller_with_its_range():
    (month,) = judged(scores(0.0), scores(1.0))
    middle, low, high = month.ratio
    error = 2**0.5 * 0.1
    assert (middle, low, high) == pytest.approx((exp(1), exp(1 - 1.6449 * error), exp(1 + 1.6449 * error)))


def test_an_import_feeds_a_lead_where_its_commits_count_in_the_window():
    imported = {"moved": 90, "authored_from": date(2020, 2, 10), "authored_to": date(2020, 3, 5)}
    months = [date(2020, 1, 1), date(2020, 2, 1), date(2021, 2, 1), date(2021, 3, 1)]
    assert [bool(feeding([imported], month)) for month in months] == [False, True, True, False]
    assert feeding([imported | {"moved": 0}], months[1]) == []
    (lead,) = judged(scores(1.0, first=months[1]), scores(0.0, first=months[1]))
    assert (is_fed(lead, ([imported], ())), is_fed(lead, ((), [imported]))) == (True, False)


@pytest.mark.parametrize(("lanes", "text"), [
    ([1, 1], "A was ahead in all 2 months in which both were ranked."),
    ([3], "B was ahead in all 1 month in which both were ranked."),
    ([1, 2, 3, 3], "Ahead only where the gap is beyond chance: A in 1 month, B in 2 months; nobody can tell in 1."),
])  # fmt: skip
def test_how_often_who_was_ahead_is_a_sentence(lanes, text):
    assert leads_text("A", "B", lanes) == text


# ---- pages -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def where(once):
    return published(once)


@pytest.fixture(scope="module")
def page(where):
    return Page(render(where, compare.page, "alpha-evil"))


def test_every_pair_of_neighbours_is_said_as_the_table_of_pairs_says_it(where):
    with open_database(where.database) as database:
        site = read_context(database)
        rows = ask(where.database, "from rankings.pairs order by as_of, family, rank").to_pylist()
        found = {
            (family, month.month, one, other): month
            for one, other in {(row["ahead"], row["behind"]) for row in rows}
            for family, months in pairs.families_of(site, one, other).items()
            for month in months
        }
    assert rows
    for row in rows:
        month = found[row["family"], row["as_of"], row["ahead"], row["behind"]]
        assert (month.word, month.is_firm) == (row["word"], row["firm"])
        assert (month.difference, month.error) == pytest.approx((row["difference"], row["error"]))


def test_the_page_says_who_is_ahead_since_when_and_whether_that_is_fair(page):
    assert "Alpha Cloud is ahead of" in page.text
    assert "90 % range of the ratio:" in page.text
    rows = page.rows("Who was ahead: code")
    assert rows["February 2026"][0] == "Alpha Cloud ahead"
    assert rows["February 2026"][-1] == "an import feeds this lead"
    (ahead, score) = (page.figures[name] for name in ("ahead-code", "score-code"))
    assert {trace["meta"] for trace in ahead["data"]} >= {"lanes", "ahead", "untold"}
    lines = {trace["name"]: trace for trace in score["data"] if trace["meta"] == "line"}
    table = page.rows("Score: code")["February 2026"]
    assert table[0] == f"{lines['Alpha Cloud']['customdata'][-1][0]:,.0f}"
    fair = page.rows("Are they comparable?")
    assert fair["Is it fair?"][0].startswith(("Yes", "With care"))
    assert fair["Code read"] == ["1 repository", "1 repository"]
    assert "commits came in on 20 August 2025" in fair["Watch out"][0]


def test_a_month_has_an_address_and_the_boxes_offer_every_community(page):
    ids = {attrs["id"] for tag, attrs in page.tags if tag == "tr" and "id" in attrs}
    assert {"2026-02", "2025-12"} <= ids
    values = [attrs["value"] for tag, attrs in page.tags if tag == "option"]
    assert values[:8] == ["evil", "alpha", "beta", "gamma"] * 2
    assert set(values[8:]) == ids


@pytest.mark.long
def test_two_who_are_not_ranked_today_cannot_be_compared(where):
    said = Page(render(where, compare.page, "alpha-gamma")).text
    assert "Alpha Cloud and Gamma cannot be compared today." in said
    assert "They were never ranked in one month." in said
    beta = Page(render(where, compare.page, "alpha-beta"))
    assert "Both were last ranked in January 2026." in beta.text
    assert beta.rows("Are they comparable?")["Is it fair?"][0].startswith("No: Beta Stack is not ranked")


def test_up_to_twelve_communities_every_pair_has_a_page_beyond_that_neighbours_of_the_best(where):
    with open_database(where.database) as database:
        site = read_context(database)
        assert len(compare.keys(site)) == 6
        assert pairs.path_of(site, "beta", "alpha") == "../compare/alpha-beta.html"
        many = replace(site, communities=[*site.communities, *({"community": f"c{n}"} for n in range(10))])
        assert pairs.static_pairs(many) == [("alpha", "evil")]
        assert pairs.path_of(many, "gamma", "alpha") == "../compare/index.html?alpha&gamma"


def test_the_list_says_of_each_pair_what_can_be_said(where):
    page = Page(render(where, compare_index.page))
    rows = page.rows("Pairs")
    assert len(rows) == 6
    assert sum("cannot be compared today" in cells[0] for cells in rows.values()) == 5
    assert "alpha-evil.html" in page.values("href", "a")


def test_an_import_that_feeds_a_lead_is_named_on_the_page(where, tmp_path):
    recent = "update published.imports set authored_from = date '2025-06-01', authored_to = date '2025-07-01'"
    page = Page(render(altered(where, tmp_path, recent), compare.page, "alpha-evil"))
    assert "fed" in {trace["meta"] for trace in page.figures["ahead-code"]["data"]}
    assert "120 commits recorded at once on 20 August 2025 count in June 2025 to July 2025" in page.text
    assert "an import feeds months of Alpha Cloud" in page.rows("Are they comparable?")["Is it fair?"][0]
