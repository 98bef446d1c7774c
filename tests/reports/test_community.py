"""The page of a community: verdict, figures, charts, people, gaps; the list of communities."""

from datetime import date
from types import SimpleNamespace

import pytest
from support.page import Page
from support.site import SHOWN, altered, bare, published, render

from reports.pages import communities, community, figures
from reports.text.community import change_text, place_note, places_cell, standfirst_text, verdict_text
from reports.text.labels import LEGEND
from reports.text.unseen import hole_text


@pytest.fixture(scope="module")
def where(once):
    return published(once)


@pytest.fixture(scope="module")
def pages(where):
    return SimpleNamespace(**{slug: Page(render(where, community.page, slug)) for slug in ("alpha", "beta", "gamma")})


RANKED = {"family": "code", "rank": 2, "rank_low": 2, "rank_high": 2, "ranked_in": date(2026, 2, 1), "ranked": 4,
          "origin_low": None, "origin_high": None, "compared_with": date(2013, 6, 1)}  # fmt: skip


def moved(word, growth=0.24, low=0.04, high=0.46):
    return [{"family": "code", "span": "year", "word": word, "growth": growth, "low": low, "high": high}]


@pytest.mark.parametrize(("row", "movement", "said"), [
    ({}, moved("rising"), "{name} is second by public code activity, and rising."),
    ({}, moved("unclear"), "{name} is second by public code activity."),
    ({"rank_high": 4}, moved("falling"), "{name} is 2nd to 4th by public code activity, and falling."),
    ({"rank": 7, "rank_low": 7, "rank_high": 7}, [], "{name} is 7th by public code activity."),
    ({"rank": 7, "rank_low": None, "rank_high": None}, [],
     "{name} stands in row 7 by public code activity; its places are not computed."),
    ({"rank": None}, [], "{name} has no place today. It was last ranked by public code activity in February 2026."),
    ({"rank": None, "ranked_in": None}, [], "{name} has no place by public code activity."),
])  # fmt: skip
def test_the_verdict_is_one_sentence_about_the_community(row, movement, said):
    assert verdict_text(RANKED | row, movement) == said


def test_the_standfirst_says_what_the_pairs_say_and_how_the_score_changed():
    pairs = [{"family": "code", "ahead_name": "A", "behind_name": "B", "word": "ahead"},
             {"family": "code", "ahead_name": "B", "behind_name": "C", "word": "cannot be told apart"},
             {"family": "talk", "ahead_name": "B", "behind_name": "A", "word": "ahead"}]  # fmt: skip
    assert standfirst_text(RANKED, pairs, moved("rising")) == (
        "A is ahead of B. B and C cannot be told apart. In a year its score rose 24 % (range 4 to 46 %)."
    )
    assert change_text(moved("falling", -0.7, -0.76, -0.64)[0]) == "In a year its score fell 70 % (range 64 to 76 %)."
    assert change_text(moved("unclear", 0.04, -0.09, 0.18)[0]).endswith("4 % (range −9 to 18 %).")
    assert change_text(moved(None)[0]) == ""


def test_a_place_says_whether_it_is_firm_and_what_it_was():
    assert (places_cell(2, 2), places_cell(2, 4), places_cell(None, None)) == ("2", "2–4", "–")
    assert place_note(RANKED | {"origin_low": 2, "origin_high": 3}) == "firm, of 4; 2–3 in June 2013"
    assert place_note(RANKED | {"rank_high": 3}) == "of 4"


def test_a_hole_has_a_cause():
    assert hole_text({"reason_code": None, "seen_to": None}) == "could not be seen"
    copied = {"reason_code": "copy_ends", "seen_to": date(2021, 7, 1)}
    assert hole_text(copied) == "not seen since July 2021: our copy ends there"


# ---- pages -----------------------------------------------------------------------------------------------------


def test_the_page_opens_with_verdict_and_five_figures(pages):
    assert "Alpha Cloud is first by public code activity" in pages.alpha.text
    for label in ("Place, code", "Score", "Contributors a month", "New contributors", "Half the commits by"):
        assert label in pages.alpha.text
    assert "It was last ranked by public code activity in January 2026." in pages.beta.text
    assert "Gamma has no place by public code activity." in pages.gamma.text
    assert "all its sources have ended" in pages.gamma.text


def numbers_of(figure):
    """The months of a figure that are dots, by month."""
    dots = [t for t in figure["data"] if t["meta"] in ("observed", "partial", "published")]
    return {x: y for trace in dots for x, y in zip(trace["x"], trace["customdata"], strict=True)}


@pytest.mark.parametrize(("chart", "title"), [("commits", "Commits a month"), ("code-people", "Contributors a month")])
def test_a_chart_and_its_table_hold_the_same_numbers(pages, chart, title):
    for page in (pages.alpha, pages.beta):
        figure, rows = page.figures[chart], page.rows(title)
        drawn = {f"{date.fromisoformat(x):%B %Y}": f"{y:,.0f}" for x, y in numbers_of(figure).items()}
        assert drawn == {month: cells[0].split(" ")[0] for month, cells in rows.items() if cells[0][0].isdigit()}
        (line,) = [t for t in figure["data"] if t["meta"] == "line"]
        means = {f"{date.fromisoformat(x):%B %Y}": told for x, told in zip(line["x"], line["customdata"], strict=True)}
        for month, (_, mean, span, *_) in rows.items():
            known = means[month]
            assert (mean == "") == (known[0] is None)
            assert span.count("–") == (known[0] is not None)
            assert mean == "" or float(mean.replace(",", "")) == pytest.approx(known[0], rel=0.006)


def test_r12_months_that_were_not_seen_are_hatched_and_never_zero(pages):
    figure, rows = pages.beta.figures["commits"], pages.beta.rows("Commits a month")
    (hole,) = [trace for trace in figure["data"] if trace["meta"] == "hole" and trace.get("yaxis") == "y"]
    assert hole["x"][:2] == ["2025-12-01", "2026-03-01"]
    assert rows["February 2026"][0] == "not observed"
    assert rows["February 2026"][-1] == rows["December 2025"][-1] != ""
    assert numbers_of(figure)["2025-11-01"] == 15
    assert rows["November 2025"][0] == "15 (partly observed)"
    assert "2025-12-01" not in numbers_of(figure)
    assert LEGEND["partial"] in pages.beta.text
    assert "Hatched: not seen, which is not zero. December 2025 to February 2026:" in pages.beta.text


def test_r13_the_running_month_is_in_no_chart_and_says_to_date_in_the_table(pages):
    assert max(numbers_of(pages.alpha.figures["commits"])) == "2026-02-01"
    assert pages.alpha.rows("Numbers of February 2026")["Commits"][:2] == ["24", "24 to date"]


def test_an_import_is_a_ring_in_its_month_and_counts_where_it_was_written(pages):
    (ring,) = [trace for trace in pages.alpha.figures["commits"]["data"] if trace["meta"] == "event"]
    assert (ring["x"], ring["y"]) == (["2025-08-01"], [24])
    assert numbers_of(pages.alpha.figures["commits"])["2025-03-01"] > 24
    told = "They count in the months in which they were written."
    said = f"Alpha Cloud: 120 commits were recorded on 20 August 2025. {told}"
    assert pages.alpha.rows("Commits a month")["August 2025"][-1] == said
    (row,) = pages.alpha.rows("Histories recorded").items()
    assert row == ("20 August 2025", ["alpha/one", "120", "120", "0", "1 January 2025", "30 April 2025"])
    assert "The commits in this database have no such day." in pages.beta.text
    assert "This is unknown" in pages.gamma.text


def test_first_releases_of_a_line_are_marks_and_all_releases_are_listed(pages):
    (marks,) = [trace for trace in pages.alpha.figures["commits"]["data"] if trace["meta"] == "marks"]
    assert marks["x"] == ["2025-02-03", "2025-06-03"]
    assert "Alpha Cloud 1.1, 3 June 2025" in pages.alpha.rows("Commits a month")["June 2025"][-1]
    listed = pages.alpha.rows("Releases of")
    assert [(day, *cells[:2]) for day, cells in listed.items()] == [
        ("3 July 2025", "1.1.1", "later"), ("3 June 2025", "1.1", "first of its line"),
        ("3 February 2025", "1.0", "first of its line"),
    ]  # fmt: skip
    assert "has a rule about tags" in pages.beta.text


@pytest.mark.long
def test_a_row_of_releases_is_hatched_where_a_frozen_copy_has_no_tag_and_says_so(where, tmp_path):
    tagless = "update metrics.monthly set state = 'unobserved' where metric = 'releases' and month > '2025-07-01'"
    page = Page(render(altered(where, tmp_path, tagless), community.page, "alpha"))
    (hole,) = [trace for trace in page.figures["commits"]["data"] if trace["meta"] == "hole" and trace["x"]]
    assert (hole["yaxis"], hole["x"][:2]) == ("y2", ["2025-08-01", "2026-03-01"])
    assert "Hatched there: August 2025 to February 2026: our copy has no tag after July 2025." in page.text


def test_a_month_leads_to_its_evidence_and_a_neighbour_to_their_comparison(pages):
    links = pages.alpha.values("href", "a")
    assert "../evidence/alpha.html#2025-03" in links
    assert [link for link in links if "compare/" in link and link.count("-")] == ["../compare/alpha-evil.html"]
    assert {"#commits", "#code-people", "#place-code"} <= set(links)


def test_a_saved_picture_says_edition_last_month_and_method(pages):
    source = pages.beta.figures["commits"]["source"]
    assert source.startswith("stackrank, Beta Stack, edition February 2026, method pop-1.0, built ")
    assert source.endswith("Public activity, not quality. Lines to January 2026.")


def test_what_a_demo_invents_is_said_in_every_picture(where, tmp_path):
    shows = "update raw.build set shows = 'Demo: invented people.'"
    page = Page(render(altered(where, tmp_path, shows), community.page, "alpha"))
    assert {figure["source"].rsplit("Demo: ", 1)[-1] for figure in page.figures.values()} == {"invented people."}


def test_a_database_without_a_number_says_so(once):
    page = Page(render(bare(once), community.page, "alpha"))
    assert page.figures == {}
    assert "To do: uv run stackrank" in page.text
    assert page.rows("Numbers of February 2026")["Commits"][:2] == ["not observed", "not observed"]
    assert "Nobody was seen" not in page.text
    assert "Nobody knows who was there" in page.text


def test_half_the_commits_by_one_of_one_or_two_people_is_said_without_their_number():
    assert figures._half({"absence_factor": 1, "people": None}) == ("1", "of one or two people in twelve months")
    assert figures._half({"absence_factor": 2, "people": 1200}) == ("2", "of 1,200 people in twelve months")


@pytest.mark.long
def test_hostile_names_are_text_in_page_and_charts(where):
    html = render(where, community.page, "evil")
    page = Page(html)
    assert f"=cmd(){SHOWN}" in page.text
    assert {attrs.get("type", attrs.get("src")) for tag, attrs in page.tags if tag == "script"} == {
        "application/json", "../theme.js", "../page.js", "../chart.js"
    }  # fmt: skip
    assert {tag for tag, _ in page.tags} & {"img", "iframe", "object", "embed", "base"} == set()


def test_the_list_has_every_community_with_its_places(where):
    page = Page(render(where, communities.page))
    rows = page.rows("Places today")
    assert list(rows) == [f"=cmd(){SHOWN}", "Alpha Cloud", "Beta Stack", "Gamma"]
    assert (rows["Alpha Cloud"][1], rows["Beta Stack"][-1]) == ("1", "last ranked in January 2026")
    assert rows["Gamma"][-1] == "never ranked"
    assert "alpha.html" in page.values("href", "a")
