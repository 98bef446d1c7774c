"""The mail of machines on the pages: a thin line beside that of people, and everything in by one switch."""

import pytest
from support.machine_site import WRITTEN, house
from support.page import table

from reports.text.labels import LEGEND
from reports.text.sentences import places_with_machines

__all__ = ["house"]


def drawn(figure, meta):
    """The newest complete month of each line that is drawn in one way."""
    traces = {trace["legendgroup"]: trace for trace in figure["data"] if trace["meta"] == meta}
    return {slug: dict(zip(t["x"], t["y"], strict=True))["2025-12-01"] for slug, t in traces.items()}


def test_r06_a_chart_counts_people_and_shows_machines_as_a_thin_line(house):
    figure = house.pages["index.html"].figures["messages"]
    assert drawn(figure, "observed") == {"birds": 20, "fish": 16}
    assert drawn(figure, "machines") == {"birds": 1, "fish": 30}
    widths = {trace["meta"]: trace["line"]["width"] for trace in figure["data"] if "line" in trace}
    assert widths["machines"] < 1 < widths["observed"]
    assert drawn(house.pages["index.html"].figures["talk-people"], "machines") == {"birds": 1, "fish": 1}
    assert LEGEND["machines"] in house.pages["index.html"].text


def test_r06_everything_in_is_the_same_chart_by_one_switch(house):
    for page, chart, line, value in (
        ("index.html", "messages", "fish", 46), ("index.html", "talk-people", "fish", 5),
        ("fish.html", "talk-messages", "messages", 46), ("fish.html", "talk-people", "talk_people", 5),
    ):  # fmt: skip
        figure = house.pages[page].figures[chart]
        assert drawn(figure["everything"], "observed")[line] == value
        assert drawn(figure["everything"], "machines") == {}
        assert figure["everything"]["title"] == f"{figure['title']}, everything in"
        assert figure["everything"]["scales"]["linear"]["axis"]["range"][1] > value
        radios = [a for tag, a in house.pages[page].tags if tag == "input" and a.get("name") == f"{chart}-mail"]
        assert [(a["value"], "checked" in a) for a in radios] == [("people", True), ("everything", False)]
    assert "everything" not in house.pages["index.html"].figures["threads-replied"]


def test_without_a_script_the_table_has_both_figures(house):
    head, *rows = house.pages["index.html"].tables["Messages a month"]
    assert head == ["Month", "Birds", "Fish", "Birds, everything in", "Fish, everything in"]
    assert {row[0]: row[1:] for row in rows}["December 2025"] == ["20", "16", "21", "46"]
    head, *rows = house.pages["fish.html"].tables["Messages a month"]
    assert head == ["Month", "Messages of machines", "Messages", "Messages, everything in"]
    assert {row[0]: row[1:] for row in rows}["December 2025"] == ["30", "16", "46"]


def test_r06_what_everything_in_does_to_each_place_is_said_beside_the_chart(house):
    text = house.pages["index.html"].text
    assert "With everything in, places by messages change: Birds from 1 to 2 and Fish from 2 to 1." in text
    assert "With everything in, by senders no place changes." in text
    own = house.pages["fish.html"].text
    assert "With everything in, places by messages change: Fish from 2 to 1." in own
    assert "With everything in, by senders Fish keeps place 1 of 2." in own
    rows = {(row["metric"], row["community"]): row for row in table(house, "order_with_machines")}
    assert [float(rows["messages", "fish"][level]) for level in ("level", "level_with")] == [16, 46]
    assert [rows["messages", slug][place] for slug in WRITTEN for place in ("rank", "rank_with")] == list("1221")
    assert rows["messages", "fish"]["months"] == "12"
    ranked = {row["community"]: row["score"] for row in house.known.ranking if row["family"] == "talk"}
    assert {slug: float(rows["talk", slug]["level"]) for slug in WRITTEN} == pytest.approx(ranked)
    assert float(rows["talk", "fish"]["level_with"]) > ranked["fish"]


def test_a_month_that_was_not_seen_is_a_gap_with_everything_in_too(house):
    found = {row["month"]: row for row in table(house, "everything_in") if row["community"] == "fish"}
    assert (found["2026-01-01"]["value"], found["2026-01-01"]["to_date"]) == ("0", "True")
    line = next(t for t in house.pages["index.html"].figures["messages"]["data"] if t["meta"] == "machines")
    assert dict(zip(line["x"], line["y"], strict=True)).get("2026-01-01") is None
    assert {row["state"] for row in house.known.everything_in} <= {"observed", "partial"}


@pytest.mark.parametrize(("places", "community", "said"), [
    ([(1, 1), (2, 2)], None, "With everything in, by messages no place changes."),
    ([(1, 2), (2, 1)], None, "With everything in, places by messages change: a from 1 to 2 and b from 2 to 1."),
    ([(1, 2), (2, 1)], "b", "With everything in, places by messages change: b from 2 to 1."),
    ([(1, 1), (2, 2)], "b", "With everything in, by messages b keeps place 2 of 2."),
    ([(1, 1)], "x", ""), ([], None, ""),
])  # fmt: skip
def test_places_with_everything_in_are_a_sentence(places, community, said):
    rows = [{"community": slug, "name": slug, "rank": place, "rank_with": other}
            for slug, (place, other) in zip("ab", places, strict=False)]  # fmt: skip
    assert places_with_machines("messages", rows, community) == said


@pytest.mark.browser
def test_the_switch_works_by_keyboard_and_offline_and_without_scripts_there_is_the_table(house):
    tools = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    from support.browser import launched

    with tools.sync_playwright() as started:
        browser = launched(started.chromium)
        page = browser.new_context(offline=True, reduced_motion="reduce").new_page()
        page.goto((house.where.site / "index.html").as_uri())

        def shown():
            return page.evaluate("""(() => { const drawn = document.getElementById("messages");
                return [drawn.data.filter((trace) => trace.meta === "machines").length,
                        Math.max(...drawn.data.flatMap((trace) => trace.y)), drawn._fullLayout.yaxis.type]; })()""")

        assert shown() == [2, 30, "linear"]
        page.locator("figure:has(#messages) input[value=people]").focus()
        page.keyboard.press("ArrowRight")
        assert shown() == [0, 46, "linear"]
        assert page.locator("figure:has(#messages) .said").text_content() == "The mail of machines is counted too."
        page.locator("figure:has(#messages) input[value=log]").check()
        assert shown() == [0, 46, "log"]
        page.locator("figure:has(#messages) input[value=everything]").focus()
        page.keyboard.press("ArrowLeft")
        assert shown() == [2, 30, "log"]
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto((house.where.site / "index.html").as_uri())
        assert plain.locator("figure:has(#messages) .tools").is_hidden()
        plain.locator("section:has(#messages) summary").click()
        assert plain.locator("section:has(#messages) th", has_text="Fish, everything in").is_visible()
        browser.close()
