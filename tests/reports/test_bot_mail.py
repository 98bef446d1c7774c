"""The mail of bots on the pages: a thin line beside that of people, and bots included by one switch."""

import pytest
from support.bot_site import WRITTEN, house
from support.page import table

from reports.text.bots import rank_change, rank_changes
from reports.text.labels import LEGEND

__all__ = ["house"]


def drawn(figure, meta):
    """The newest complete month of each line that is drawn in one way."""
    traces = {trace["legendgroup"]: trace for trace in figure["data"] if trace["meta"] == meta}
    return {slug: dict(zip(t["x"], t["y"], strict=True))["2025-12-01"] for slug, t in traces.items()}


@pytest.mark.long
def test_r06_a_chart_counts_people_and_shows_bots_as_a_thin_line(house):
    figure = house.pages["index.html"].figures["messages"]
    assert drawn(figure, "observed") == {"birds": 20, "fish": 16}
    assert drawn(figure, "bots") == {"birds": 1, "fish": 30}
    widths = {trace["meta"]: trace["line"]["width"] for trace in figure["data"] if "line" in trace}
    assert widths["bots"] < 1 < widths["observed"]
    assert drawn(house.pages["index.html"].figures["talk-people"], "bots") == {"birds": 1, "fish": 1}
    assert LEGEND["bots"] in house.pages["index.html"].text


@pytest.mark.long
def test_r06_bots_are_included_in_the_same_chart_by_one_switch(house):
    for page, chart, line, value in (
        ("index.html", "messages", "fish", 46), ("index.html", "talk-people", "fish", 5),
        ("fish.html", "talk-messages", "messages", 46), ("fish.html", "talk-people", "talk_people", 5),
    ):  # fmt: skip
        figure = house.pages[page].figures[chart]
        assert drawn(figure["with_bots"], "observed")[line] == value
        assert drawn(figure["with_bots"], "bots") == {}
        assert figure["with_bots"]["title"] == f"{figure['title']}, including bots"
        assert figure["with_bots"]["scales"]["linear"]["axis"]["range"][1] > value
        radios = [a for tag, a in house.pages[page].tags if tag == "input" and a.get("name") == f"{chart}-mail"]
        assert [(a["value"], "checked" in a) for a in radios] == [("people", True), ("bots", False)]
    assert "with_bots" not in house.pages["index.html"].figures["threads-replied"]


@pytest.mark.long
def test_without_a_script_the_table_has_both_figures(house):
    head, *rows = house.pages["index.html"].tables["Messages a month"]
    assert head == ["Month", "Birds", "Fish", "Birds, including bots", "Fish, including bots"]
    assert {row[0]: row[1:] for row in rows}["December 2025"] == ["20", "16", "21", "46"]
    head, *rows = house.pages["fish.html"].tables["Messages a month"]
    assert head == ["Month", "Messages of bots", "Messages", "Messages, including bots"]
    assert {row[0]: row[1:] for row in rows}["December 2025"] == ["30", "16", "46"]


@pytest.mark.long
def test_r06_what_bots_do_to_each_place_is_said_beside_the_chart(house):
    text = house.pages["index.html"].text
    assert (
        "Including bots, the order by messages changes: Birds from row 1 to row 2 and Fish from row 2 to row 1." in text
    )
    assert "Including bots, the order by senders is the same." in text
    own = house.pages["fish.html"].text
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
    line = next(t for t in house.pages["index.html"].figures["messages"]["data"] if t["meta"] == "bots")
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
