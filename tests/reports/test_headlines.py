"""The headline of a ranking says who leads and which places have no firm order, and no more than the sets allow."""

from datetime import date

import pytest
from support.headlines import read_headlines
from support.rows import ranked_rows, unranked_row

from reports.text.headlines import FIRM, SETS, firm_months_text, firmness_text, headline
from reports.text.labels import FAMILY_TITLES
from reports.text.scope import scope_text

F = [(n, n) for n in range(1, 51)]
CASES = [
    (F[:2], "Alpha leads Beta"),
    (F[:4], "Alpha leads Beta, Gamma and Delta"),
    (F[:5], "Alpha leads 4 others; Beta is second; Gamma is third"),
    (F, "Alpha leads 49 others; Beta is second; Gamma is third"),
    ([(1, 2), (1, 2)], "Alpha and Beta are in no firm order"),
    ([(1, 2), (1, 2), (3, 3)], "Alpha and Beta are in no firm order; Gamma is third"),
    ([(1, 3)] * 3, "Alpha, Beta and Gamma are in no firm order"),
    ([(1, 5)] * 5 + [(6, 6)], "places 1 to 5 are in no firm order"),
    ([(1, 1), (2, 4), (2, 4), (2, 4)], "Alpha leads; places 2 to 4 are in no firm order"),
    ([(1, 1), (2, 2), (3, 4), (3, 4)], "Alpha leads; Beta is second; places 3 and 4 are in no firm order"),
    ([(1, 1), (2, 3), (2, 3), (4, 4)], "Alpha leads; places 2 and 3 are in no firm order; Delta is fourth"),
    ([(1, 1), (2, 3), (2, 4), (3, 4)], "Alpha leads; places 2 to 4 are not all in a firm order"),
    ([(1, 1), *[(2, 50)] * 49], "Alpha leads 49 others; places 2 to 50 are in no firm order"),
    ([(None, None)] * 3, "3 communities have a score, and their places are not computed"),
]


@pytest.mark.parametrize(("sets", "said"), CASES)
def test_a_headline_says_what_the_sets_allow(sets, said):
    assert headline("code", ranked_rows(*sets)).striptags() == f"By public code activity, {said}."


@pytest.mark.parametrize(("sets", "said"), CASES[:-1])
def test_the_reader_of_claims_reads_every_form(sets, said):
    rows = [{"low": row["rank_low"], "high": row["rank_high"], **row} for row in ranked_rows(*sets)]
    text = f"By public talk, {said}."
    assert read_headlines(text, {"By public talk": rows}) == ""
    lie = [row | {"low": 1, "high": len(rows) + 1} for row in rows]
    with pytest.raises(AssertionError):
        read_headlines(text, {"By public talk": lie})


def test_a_headline_of_an_earlier_month_names_it_and_speaks_of_then():
    said = headline("talk", ranked_rows((1, 1), (2, 3), (2, 3), (4, 4)), date(2013, 6, 1)).striptags()
    assert said == "By public talk in June 2013, Alpha led; places 2 and 3 were in no firm order; Delta was fourth."


@pytest.mark.parametrize(("rows", "said"), [
    ([], "no community can be ranked"),
    ([unranked_row("quiet", "quiet")], "no community can be ranked"),
    ([unranked_row("ranked", "fewer_than_two_ranked", 1), unranked_row("quiet", "quiet")],
     "only Alpha can be ranked, and a ranking needs two"),
])  # fmt: skip
def test_without_a_ranking_the_headline_says_so(rows, said):
    assert headline("overall", rows).striptags() == f"Overall, {said}."


def test_each_ranking_names_its_subject():
    said = {family: str(headline(family, ranked_rows(*F[:2])).striptags()) for family in FAMILY_TITLES}
    assert len(set(said.values())) == 4
    assert said["people"] == "By newcomers, Alpha leads Beta."


def test_a_name_is_text_in_its_colour():
    (row, other) = ranked_rows(*F[:2])
    said = headline("code", [row | {"name": "<b>A</b> {x}"}, other])
    assert '<span class="name k-alpha">&lt;b&gt;A&lt;/b&gt; {x}</span> leads' in said


def test_firm_is_explained_where_it_stands():
    assert firmness_text([]) == ""
    assert firmness_text(ranked_rows(*F[:2])) == FIRM
    assert firmness_text(ranked_rows((1, 2), (1, 2))) == SETS
    hidden = unranked_row("not observed", "not_observed")
    assert firmness_text([*ranked_rows(*F[:2]), hidden]).endswith("Places of the 2 that could be seen.")


def test_a_calendar_counts_its_firm_months():
    assert firm_months_text("code", ["none"]) == "No month has a ranking by public code activity."
    assert firm_months_text("code", ["firm", "open", "none"]) == (
        "Every place is firm in 1 of 2 months that have a ranking by public code activity."
    )


@pytest.mark.parametrize(("family", "counts", "said"), [
    ("code", {"A": (7, 0), "B": (1, 0), "C": (1, 0)},
     "Three open-source cloud platforms. Code: seven core repositories of A and one of each other."),
    ("code", {"A": (7, 0), "B": (1, 0), "C": (0, 2)},
     "Three open-source cloud platforms. Code: seven core repositories of A and one core repository of B."),
    ("talk", {"A": (7, 4), "B": (1, 5)},
     "Two open-source cloud platforms. Talk: five lists and forums of B and four lists and forums of A."),
    ("overall", {"A": (13, 4), "B": (1, 5)},
     "Two open-source cloud platforms. Code: 13 core repositories of A and one core repository of B. "
     "Talk: nine lists and forums."),
    ("code", {"A": (2, 0)}, "Code: two core repositories of A."),
    ("talk", {"A": (2, 0), "B": (1, 0)}, "Two open-source cloud platforms."),
])  # fmt: skip
def test_the_scope_says_what_is_compared(family, counts, said):
    rows = [{"name": name, "repositories": r, "lists": n} for name, (r, n) in counts.items()]
    assert scope_text(family, rows) == said
