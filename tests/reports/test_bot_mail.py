"""The mail of bots on the pages: a thin line beside that of people, and bots included by one switch."""

import pytest
from support.bot_site import WRITTEN, house
from support.page import table

from reports.text.bots import rank_change, rank_changes

__all__ = ["house"]


BIRDS, FISH = "community/birds.html", "community/fish.html"


def newest(figure, meta):
    """The number of the newest complete month as it is drawn in one way."""
    (trace,) = (trace for trace in figure["data"] if trace["meta"] == meta)
    return dict(zip(trace["x"], trace["y"], strict=True))["2025-12-01"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("page", "chart", "people", "bots"),
    [
        (BIRDS, "messages", 20, 1),
        (FISH, "messages", 16, 30),
        (BIRDS, "talk-people", 4, 1),
        (FISH, "talk-people", 4, 1),
    ],
)
def test_r06_a_chart_counts_people_and_shows_bots_as_a_thin_line(house, page, chart, people, bots):
    figure = house.pages[page].figures[chart]
    assert (newest(figure, "observed"), newest(figure, "thin")) == (people, bots)
    widths = {trace["meta"]: trace["line"]["width"] for trace in figure["data"] if "line" in trace}
    assert widths["thin"] < widths["line"]
    assert "Thin line: bots alone." in house.pages[page].text


@pytest.mark.long
@pytest.mark.parametrize(("chart", "value"), [("messages", 46), ("talk-people", 5)])
def test_r06_bots_are_included_in_the_same_chart_by_one_switch(house, chart, value):
    page = house.pages[FISH]
    other = page.figures[chart]["with_bots"]
    assert newest(other, "observed") == value
    assert "thin" not in {trace["meta"] for trace in other["data"]}
    radios = [a for tag, a in page.tags if tag == "input" and a.get("name") == f"{chart}-mail"]
    assert [(a["value"], "checked" in a) for a in radios] == [("people", True), ("bots", False)]
    assert "with_bots" not in page.figures["threads-replied"]


@pytest.mark.long
def test_without_a_script_the_table_has_both_figures(house):
    head, *rows = house.pages[FISH].tables["Messages a month"]
    own = dict(zip(head, next(row for row in rows if row[0] == "December 2025"), strict=True))
    assert (own["Messages"], own["Including bots"]) == ("16", "46")


@pytest.mark.long
def test_r06_what_bots_do_to_each_place_is_said_beside_the_chart(house):
    text = house.pages["coverage.html"].text
    assert (
        "Including bots, the order by messages changes: Birds from row 1 to row 2 and Fish from row 2 to row 1." in text
    )
    assert "Including bots, the order by senders is the same." in text
    own = house.pages[FISH].text
    assert "Including bots, the order by messages changes: Fish from row 2 to row 1." in own
    assert "Including bots, Fish keeps row 1 of 2 in the order by senders." in own
    rows = {(row["metric"], row["community"]): row for row in table(house, "rank_including_bots")}
    assert [float(rows["messages", "fish"][level]) for level in ("level", "level_including_bots")] == [16, 46]
    assert [rows["messages", slug][place] for slug in WRITTEN for place in ("rank", "rank_including_bots")] == list(
        "1221"
    )
    assert rows["messages", "fish"]["months"] == "12"
    ranked = {row["community"]: float(row["score"]) for row in table(house, "ranking") if row["family"] == "talk"}
    assert {slug: float(rows["talk", slug]["level"]) for slug in WRITTEN} == pytest.approx(ranked)
    assert float(rows["talk", "fish"]["level_including_bots"]) > ranked["fish"]


@pytest.mark.long
def test_a_month_that_was_not_seen_is_a_gap_including_bots_too(house):
    found = {row["month"]: row for row in table(house, "including_bots") if row["community"] == "fish"}
    assert (found["2026-01-01"]["value"], found["2026-01-01"]["to_date"]) == ("0", "True")
    line = next(t for t in house.pages[FISH].figures["messages"]["data"] if t["meta"] == "thin")
    assert dict(zip(line["x"], line["y"], strict=True)).get("2026-01-01") is None
    assert {row["state"] for row in table(house, "including_bots")} <= {"observed", "partial"}


def changes(*ranks):
    return [{"metric": "messages", "name": name, "rank": rank, "rank_including_bots": other, "ranked": len(ranks)}
            for name, (rank, other) in zip("ab", ranks, strict=False)]  # fmt: skip


def test_how_places_change_including_bots_is_a_sentence():
    same, swapped = changes((1, 1), (2, 2)), changes((1, 2), (2, 1))
    assert rank_changes(same) == "Including bots, the order by messages is the same."
    assert (
        rank_changes(swapped)
        == "Including bots, the order by messages changes: a from row 1 to row 2 and b from row 2 to row 1."
    )
    assert rank_changes([]) == ""
    assert rank_change(swapped[1]) == "Including bots, the order by messages changes: b from row 2 to row 1."
    assert rank_change(same[1]) == "Including bots, b keeps row 2 of 2 in the order by messages."
