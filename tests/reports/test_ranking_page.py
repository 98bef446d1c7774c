"""The ranking page: what it says first, of whom, how much of it, and what it says before anything is known."""

import math
import re
from html import escape
from types import SimpleNamespace

import pytest
from support.page import Page, table
from support.site import SHOWN, altered, published, render

from reports.pages import ranking
from reports.text.labels import FAMILIES

WORDS, SENTENCE = 200, 25
EVIL_SHOWN = f"=cmd(){SHOWN}"
UNREAD = re.compile(r"<(table|details|svg|script|head|nav|header)\b.*?</\1>", re.S)
SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    html = (where.site / "index.html").read_text(encoding="utf-8")
    return SimpleNamespace(where=where, html=html, page=Page(html))


def opened(html):
    """Return the blocks of text of a page that show while its first ranking stands open, without tables.

    The name of one community is a page of hostile text: it counts as one word.
    """
    (family,) = re.findall(r'id="family-(\w+)" checked', html)
    others = "|".join(each for each in FAMILIES if each != family)
    html = UNREAD.sub(" ", html.replace(escape(EVIL_SHOWN), "Evil")).replace("Skip to the content", "")
    html = re.sub(rf'<(div|section) class="[^"]*of-(?:{others})".*?</\1>', " ", html, flags=re.S)
    blocks = re.split(r"</?(?:p|h1|h2|li|div|section|label|b|footer|main)\b[^>]*>", html)
    texts = (" ".join(re.sub(r"<[^>]+>", "", block).split()) for block in blocks)
    return [text for text in texts if text]


def words(text):
    return [word for word in text.split() if re.search(r"[^\W\d_]", word)]


def test_the_page_has_at_most_two_hundred_words_outside_its_tables(house):
    said = [word for text in opened(house.html) for word in words(text)]
    assert 60 < len(said) <= WORDS


def test_no_sentence_of_the_page_is_long(house):
    found = [each for text in opened(house.html) for each in SENTENCES.split(text) if len(words(each)) > SENTENCE]
    assert found == []


def test_the_first_of_the_rankings_that_rank_somebody_stands_open(house):
    (family,) = re.findall(r'id="family-(\w+)" checked', house.html)
    assert family == "code", "overall ranks nobody here"
    assert re.findall(r'id="family-(\w+)"', house.html) == ["overall", "code", "people"]
    heads = dict(re.findall(r'<div class="of-(\w+)">.*?<h1>(.*?)</h1>', house.html, re.S))
    assert [re.sub("<[^>]+>", "", said).partition(",")[0] for said in heads.values()] == [
        "Overall", "By public code activity", "By newcomers",
    ]  # fmt: skip
    assert "There is no overall ranking yet: it needs two communities" in house.page.text


def test_every_ranking_has_its_own_words(house):
    text = house.page.text
    assert "Public code activity, March 2025 to February 2026 · updated 20 March 2026" in text
    assert "Newcomers, March 2025 to February 2026 · updated 20 March 2026" in text
    assert [caption for caption in house.page.tables if caption.startswith("Ranking by")] == [
        f"Ranking by {what}, March 2025 to February 2026"
        for what in ("public talk, public code activity and newcomers together", "public code activity", "newcomers")
    ]
    assert "Four open-source cloud platforms." in text


def test_what_changed_is_three_sentences_for_each_ranking_that_ranks_somebody(house):
    lists = re.findall(r'<ul class="changes">(.*?)</ul>', house.html, re.S)
    assert [each.count("<li>") for each in lists] == [3], "code alone ranks somebody"
    assert re.findall(r"<b>(.*?)</b>", lists[0]) == ["Since January 2026", "In a year", "Since June 2013"]


def test_scores_of_the_table_are_those_of_the_csv(house):
    rows = {row["community"]: row for row in table(house, "ranking") if row["family"] == "code" and row["rank"]}
    cells = house.page.tables["Ranking by public code activity, March 2025 to February 2026"]
    alpha = next(row for row in cells if "Alpha" in row[1])
    index, error = float(rows["alpha"]["index"]), float(rows["alpha"]["score_error"])
    low, high = (index * math.exp(side * 1.6448536 * error) for side in (-1, 1))
    assert alpha[3] == f"{index:.0f} {low:.0f}–{high:.0f}"


def test_an_unranked_row_says_why_and_its_details_say_all(house):
    cells = house.page.tables["Ranking by public code activity, March 2025 to February 2026"]
    gamma = next(row for row in cells if row[1] == "Gamma")
    assert gamma[0] == "– not ranked"
    assert gamma[2] == "its sources have ended; last active in May 2025"
    assert "Gamma is listed without a place: all its sources have ended (core: ended December 2025)" in house.page.text


def test_the_page_says_whether_to_trust_it_and_how_to_cite_it(house):
    assert "3 of 3 sources were not seen in the last two days." in house.page.text
    assert "Popularity is not quality." in house.page.text
    assert {"method.html", "coverage.html", "operations.html"} <= set(house.page.values("href", "a"))
    assert re.search(r"stackrank project: .*, edition February 2026, .*, method pop-\d", house.page.text)


def test_the_page_claims_no_more_than_it_counts(house):
    assert re.findall(r"winner|\bbest (?!estimate|and)|beats|most used|\busers\b", house.page.text, re.IGNORECASE) == []


YOUNG = """update rankings.monthly set rank = null, rank_low = null, rank_high = null, level_until = null, score = null,
    "index" = null, state = 'new', reason_code = 'new', living_since = date '2026-01-01'"""


@pytest.mark.long
def test_nobody_ranked_is_said_with_the_reason_of_each(house, tmp_path):
    page = Page(render(altered(house.where, tmp_path, YOUNG), ranking.page))
    assert "By public code activity, no community can be ranked" in page.text
    (cells,) = [rows for caption, rows in page.tables.items() if caption.startswith("Ranking by public code")]
    assert {row[2] for row in cells[1:]} == {"seen since January 2026; a place needs 12 months"}


def test_on_the_first_night_the_page_says_what_waits_and_what_comes(house, tmp_path):
    page = Page(render(altered(house.where, tmp_path, YOUNG, "delete from raw.visits"), ranking.page))
    assert "Nothing has been collected yet, so nothing is ranked." in page.text
    assert "Unknown is not zero." in page.text
    waiting = page.tables["Communities that wait to be read"]
    assert waiting[:2] == [["? unknown", name, "0 of 1 repository read"] for name in ("Alpha Cloud", "Beta Stack")]
    assert "Read the 4 repositories. Code can be ranked after this step." in page.text
    assert "Meanwhile" not in page.text


def test_on_a_first_night_what_was_measured_earlier_is_shown(house, tmp_path):
    unseen = ("delete from raw.visits", "update rankings.monthly set rank = null where as_of >= date '2026-02-01'")
    page = Page(render(altered(house.where, tmp_path, *unseen), ranking.page))
    assert "Meanwhile: measured earlier" in page.text
    assert "By public code activity in January 2026," in page.text
    assert "time/2026-01.html" in page.values("href", "a")


def test_without_any_source_the_page_says_so(house, tmp_path):
    nothing = ("delete from rankings.monthly", "delete from raw.sources", "delete from raw.communities")
    page = Page(render(altered(house.where, tmp_path, *nothing), ranking.page))
    assert "No source is switched on" in page.text


OVERALL = (
    "delete from rankings.monthly where family = 'overall'",
    "insert into rankings.monthly select * replace ('overall' as family) from rankings.monthly where family = 'code'",
)


@pytest.mark.long
def test_an_overall_ranking_stands_first_and_open(house, tmp_path):
    html = render(altered(house.where, tmp_path, *OVERALL), ranking.page)
    assert re.findall(r'id="family-(\w+)" checked', html) == ["overall"]
    assert "There is no overall ranking" not in Page(html).text


@pytest.mark.long
def test_a_demo_says_invented_on_every_ranking(house, tmp_path):
    shows = "update raw.build set shows = 'Demo: all of this is invented. More words.'"
    html = render(altered(house.where, tmp_path, shows), ranking.page)
    assert html.count('<span class="tag invented">invented</span>') == 1, "who ranks nobody has invented nothing"
    assert "tag invented" not in house.html
