"""The page about what was seen: by month and source, against archives' totals, in quarantine, without bots, imports."""

from datetime import date
from types import SimpleNamespace

import pytest
from support.page import Page, table
from support.site import altered, bare, published, render

from reports.graphics.coverage import Piece, coverage_text, draw_coverage, draw_sources
from reports.pages import coverage


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    page = Page((where.site / "coverage.html").read_text(encoding="utf-8"))
    return SimpleNamespace(where=where, page=page)


def labels(page):
    return page.values("aria-label", "svg")


def test_every_month_of_every_source_is_told(house):
    said = labels(house.page)
    assert (
        "Beta Stack, core: January 2025 to October 2025 seen; November 2025 34 % seen;"
        " December 2025 to February 2026 not seen" in said
    )
    assert "Gamma, core: January 2025 to December 2025 still loading; January 2026 to February 2026 ended" in said
    assert house.page.rows("Months that are not complete")["Gamma"] == [
        "core", "January 2025", "December 2025", "12", "still loading: not asked for yet",
    ]  # fmt: skip


def test_the_picture_and_the_csv_tell_the_same_months(house):
    rows = [row for row in table(house, "coverage") if row["community"] == "beta" and row["month"] < "2026-03"]
    (said,) = [each for each in labels(house.page) if "November 2025 34 % seen" in each]
    assert [row["month"] for row in rows if row["state"] == "partial"] == ["2025-11-01"]
    assert sum(row["state"] == "seen" for row in rows) == 10
    assert sum(row["state"] == "gap" for row in rows) == 3
    assert said.startswith("Beta Stack, core: January 2025 to October 2025 seen")


def test_each_year_of_each_community_has_its_share(house):
    said = {each.partition(":")[0]: each for each in labels(house.page)}
    assert said["Beta Stack"] == "Beta Stack: 2025 86 % seen; 2026 not seen"
    assert said["Gamma"] == "Gamma: 2025 still loading; 2026 ended"


def test_it_says_how_many_sources_were_seen_whole(house):
    assert "2 of 4 sources were seen whole. Hatched: we could not look. It is never a zero." in house.page.text


RECONCILED = """insert into core.reconciliation by name select * from (values
    ('alpha', 'dev', date '2025-05-01', 406, 400, 4, 7, null, -2, 'differs'),
    ('alpha', 'dev', date '2025-06-01', 8, 8, 0, 0, null, 0, 'equal'),
    ('alpha', 'dev', date '2025-07-01', null, 5, 0, 0, null, null, 'not held'),
    ('alpha', 'old', null, 10, 11, 0, 0, null, 1, 'differs'),
) as r(community, source, month, total, stored, quarantined, copies, other_month, difference, state)"""
QUARANTINED = """insert into core.quarantine by name select 'alpha' as community, 'dev' as source, '2025-05' as unit,
    'k' || n as content_key, 10 * n as size, if(n < 3, 'no headers', '<b>') as reason, now() as seen_at
    from range(1, 4) as r(n)"""


def test_r02_our_count_of_mail_stands_beside_the_archives_own(house, tmp_path):
    page = Page(render(altered(house.where, tmp_path, RECONCILED, QUARANTINED), coverage.page))
    (rows,) = [rows for caption, rows in page.tables.items() if caption.startswith("Mail archives and their own")]
    assert rows[1:] == [
        ["Alpha Cloud", "dev", "1", "1", "0", "1", "414", "408", "4", "7", "unknown"],
        ["Alpha Cloud", "old", "0", "1", "0", "0", "10", "11", "0", "unknown", "unknown"],
    ]
    (rows,) = [rows for caption, rows in page.tables.items() if caption.startswith("Months in which we hold another")]
    assert rows[1:] == [
        ["Alpha Cloud", "dev", "May 2025", "406", "400", "4", "-2"],
        ["Alpha Cloud", "old", "the whole list", "10", "11", "0", "+1"],
    ]
    assert page.tables["Parts put aside, by list and reason"][1:] == [
        ["Alpha Cloud", "dev", "no headers", "2", "1", "30"], ["Alpha Cloud", "dev", "<b>", "1", "1", "30"],
    ]  # fmt: skip
    assert "No mail archive is held yet." in house.page.text


def test_r06_places_stand_with_and_without_bots(house):
    (caption,) = [caption for caption in house.page.tables if caption.startswith("Levels and places including bots")]
    rows = house.page.tables[caption][1:]
    assert {row[0] for row in rows} == {"Commits a month", "Contributors a month"}
    assert all(len(row) == 6 and row[4].isdigit() and row[5].isdigit() for row in rows)
    assert "Including bots, the order by" in house.page.text


def test_imports_are_listed_with_where_their_commits_count(house):
    assert "commits written from" in house.page.text
    assert "They count in the months in which they were written" in house.page.text


def test_a_database_without_a_visit_is_loading_and_shows_the_figures_of_others(once):
    page = Page(render(bare(once), coverage.page))
    assert "Alpha Cloud, core: January 2025 to February 2026 still loading" in labels(page)
    assert page.rows("Figures of data/history")["Alpha Cloud"][:3] == ["subscribers of lists", "measured", "1"]
    assert "Nobody is ranked, so bots change nothing." in page.text


def test_a_row_of_years_says_in_words_what_it_shows():
    row = {"community": "alpha", "name": "Al<b>", "marker": None}
    years = [(2010, 0.0, "not_started"), (2011, 1.0, "seen"), (2012, 1.0, "seen"), (2013, 0.999, "partial"),
             (2014, 0.0, "gap"), (2015, 0.0, "ended")]  # fmt: skip
    drawn = Page(draw_coverage([{**row, "years": years}]))
    assert drawn.values("aria-label", "svg") == [
        "Al<b>: 2010 not begun; 2011 to 2012 seen; 2013 99 % seen; 2014 not seen; 2015 ended"
    ]
    holes = [attrs for tag, attrs in drawn.tags if attrs.get("class") == "hole"]
    assert [(hole["x"], hole["height"]) for hole in holes] == [("50.00%", "4"), ("66.67%", "18")]
    assert ("b", {}) not in drawn.tags


def test_months_of_a_source_stand_in_their_years():
    runs = [{"first": date(2011, 7, 1), "last": date(2012, 6, 1), "state": "gap", "covered": 0.0}]
    row = {"community": "alpha", "name": "Alpha", "source": "dev", "runs": runs}
    drawn = Page(draw_sources([row], date(2010, 3, 1), date(2013, 2, 1)))
    (hole,) = [attrs for tag, attrs in drawn.tags if attrs.get("class") == "hole"]
    assert (hole["x"], hole["width"]) == ("37.50%", "25.00%")
    assert drawn.values("aria-label", "svg") == ["Alpha, dev: July 2011 to June 2012 not seen"]


def test_a_row_without_pieces_is_only_a_name():
    assert coverage_text("dev", []) == "dev: "
    assert coverage_text("dev", [Piece(0, 1, "seen", 1.0, "2011")]) == "dev: 2011 seen"
