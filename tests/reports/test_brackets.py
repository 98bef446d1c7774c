"""Brackets join the longest runs of neighbouring rows in which no pair is firm, and stand in the table."""

from datetime import date

import pytest
from support.page import Page
from support.reference_pop import brackets
from support.site import altered, published, render

from pipelines.warehouse.query import ask
from reports.pages import ranking
from reports.pages.brackets import Run, find_runs, lay_out


def table(*level_until):
    """Rows of a ranking, ranked where they have a `level_until`."""
    return [
        {"name": "ABCDEFGH"[row], "rank": until and row + 1, "level_until": until}
        for row, until in enumerate(level_until)
    ]


@pytest.mark.parametrize(("level_until", "runs"), [
    ((), []),
    ((1, 2, 3), []),
    ((None, None), []),
    ((1, 4, 4, 4, None), [(1, 3)]),
    ((2, 2, 4, 4), [(0, 1), (2, 3)]),
    ((2, 3, 3), [(0, 1), (1, 2)]),
    ((3, 4, 5, 5, 5), [(0, 2), (1, 3), (2, 4)]),
])  # fmt: skip
def test_runs_are_the_longest_and_may_overlap(level_until, runs):
    found = find_runs(table(*level_until))
    assert [(run.first, run.end - 1) for run in found] == runs
    names = "ABCDEFGH"
    ranked = [until for until in level_until if until]
    firm = {(a, b) for a, until in zip(names, ranked, strict=False) for b in names[until:]}
    assert brackets(names[: len(ranked)], firm) == runs


def test_a_run_that_goes_on_below_the_last_row_ends_with_it():
    (run,) = find_runs(table(1, 9, 9))
    assert (run.first, run.end) == (1, 3)


def test_brackets_that_overlap_stand_in_columns_of_their_own():
    runs = [Run(0, 3, tuple("ABC")), Run(1, 3, tuple("BCD")), Run(3, 2, tuple("DE"))]
    assert lay_out(runs, 6) == [
        ["first", ""], ["inside", "first"], ["last", "inside"], ["first", "last"], ["last", ""], ["", ""],
    ]  # fmt: skip


RANKED = """
select name from rankings.monthly join raw.communities using (community)
where family = 'code' and as_of = $as_of and rank > 0 order by rank
"""
FLAT = "update rankings.monthly set level_until = ranked, rank_low = 1, rank_high = ranked where rank is not null"


@pytest.mark.long
def test_a_bracket_stands_in_the_table_of_its_page(once, tmp_path):
    where = altered(published(once), tmp_path, FLAT)
    html = render(where, ranking.page)
    ranked = ask(where.database, RANKED, {"as_of": date(2026, 2, 1)})
    names = [row["name"] for row in ranked.to_pylist()]
    page = Page(html)
    (rows,) = [rows for caption, rows in page.tables.items() if caption.startswith("Ranking by public code")]
    assert rows[1][0].startswith(f"1–{len(names)} 1 to {len(names)}; {names[0]} to ")
    assert rows[1][0].endswith(": in no firm order")
    drawn = [attrs["class"] for tag, attrs in page.tags if tag == "i" and "class" in attrs]
    assert drawn[: len(names)] == ["first", *["inside"] * (len(names) - 2), "last"]
