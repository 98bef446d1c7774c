"""Claims of the founding talk, and scores then and now."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from support.page import Page
from support.site import render

from pipelines.catalogue import talk_claims
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, Folders
from pipelines.warehouse.build import build_database
from reports.graphics.slope import LAYOUTS, End, Slope, draw_slopes
from reports.pages import talk
from reports.text.talk import CANNOT_TELL, DISAGREES, read_claim

CLAIM = {
    "name": "first", "community": "alpha", "said": "Alpha leads.", "verdict": "held", "finding": "It had {score}.",
    "today": "{now} since {said_of}.", "source": "Our count.",
}  # fmt: skip


@pytest.mark.parametrize(("found", "verdict", "finding", "today"), [
    ({"agrees": True, "score": "304", "now": "88", "said_of": "2026-06"}, "held", "It had 304.", "88 since June 2026."),
    ({"agrees": True, "score": "304", "now": None, "said_of": None}, "held", "It had 304.", "not observed"),
    ({"agrees": False, "score": "12", "now": "88", "said_of": "2026"}, "unknown", DISAGREES, "88 since 2026."),
    ({"agrees": None, "score": "12", "now": None, "said_of": None}, "unknown", CANNOT_TELL, "not observed"),
    ({"agrees": True, "score": None, "now": None, "said_of": None}, "unknown", CANNOT_TELL, "not observed"),
    (None, "unknown", CANNOT_TELL, "not observed"),
])  # fmt: skip
def test_a_verdict_stands_only_while_the_database_agrees(found, verdict, finding, today):
    read = read_claim(CLAIM, found)
    assert (read["verdict"], read["finding"], read["today"]) == (verdict, finding, today)


def test_a_claim_about_mail_and_forums_is_not_held_by_code():
    (first,) = (claim for claim in talk_claims.claims() if claim.name == "most-popular")
    assert first.verdict == "incomplete"
    assert "mail and forums" in first.finding


@pytest.fixture(scope="module")
def founders(tmp_path_factory):
    """The four communities with the figures of data/history alone, as of July 2026: nothing was ever visited."""
    where = Folders(tmp_path_factory.mktemp("founders"), CATALOGUE, Path("site"))
    build_database(where, load_catalogue(CATALOGUE), date(2026, 7, 6))
    return where


@pytest.mark.long
def test_every_finding_agrees_with_the_catalogue_and_the_published_figures(founders):
    page = Page(render(founders, talk.page))
    rows = page.tables["Claims of the talk"][1:]
    assert [(row[0], row[1].strip("“”")) for row in rows] == [
        (claim.verdict.capitalize(), claim.said) for claim in talk_claims.claims()
    ]
    assert "score 304 (277 to 334), then CloudStack with 140" in rows[0][2]
    assert rows[0][3] == "By code, place 1: score 88."
    assert "Unknown is not zero" not in page.text
    assert "2 of 9 claims of the founding talk held." in page.text


@pytest.mark.long
def test_a_slope_stops_at_the_last_place_and_says_why(founders):
    html = render(founders, talk.page)
    rows = Page(html).rows("Scores by public code activity in June 2013 and June 2026")
    assert list(rows) == ["OpenStack", "CloudStack", "Eucalyptus", "OpenNebula"]
    assert rows["OpenNebula"][-1] == "it does not stop"
    assert rows["Eucalyptus"][2] == "January 2018"
    assert rows["Eucalyptus"][-1].startswith("last place in January 2018: fewer than 3 people a month after that")
    assert html.count('class="line stopped"') == 3, "one in each width"


def end(score, place="1"):
    return End(score, score * 0.9, score * 1.1, place)


def test_words_of_lines_that_stop_lie_apart_and_within_the_picture():
    slopes = [Slope(f"s{n}", f"Name {n}", None, end(100), end(50), 0.9, "last place in May 2020: not seen after that")
              for n in range(3)]  # fmt: skip
    picture = draw_slopes(slopes, ("June 2013", "June 2026"), "Scores", "All of them")
    for text, layout in zip(picture.split("</svg>"), LAYOUTS, strict=False):
        heights = sorted(float(y) for y in re.findall(r'<tspan x="[\d.]+" y="([\d.]+)"', text))
        assert heights[-1] < layout.height
        assert min(b - a for a, b in pairwise(heights)) >= (layout.font - 2) * 1.2


def test_hostile_names_in_a_slope_are_text():
    slope = Slope("evil", "<script>", None, end(10), end(20, "2–4"), 1.0, "")
    picture = draw_slopes([slope], ("June 2013", "June 2026"), "<b>", "&")
    assert "<script>" not in picture
    assert "2–4 &lt;script&gt;" in picture
