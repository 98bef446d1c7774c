"""Every sentence of the site that ranks or compares is read, and its row is found in the tables of the ranking."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from support.headlines import rankings_of, read_headlines, shown
from support.page import Page
from support.site import altered, published, render

from pipelines.warehouse.query import ask
from reports.pages import ranking
from reports.pages.places import DESCRIPTION
from reports.text.changes import STILL
from reports.text.formats import format_ordinals, format_percents
from reports.text.headlines import FIRM, ORDINALS, SETS
from reports.text.labels import CAUTION, MONTH_STATES, family_phrase

MONTH = date(2026, 2, 1)
NAMES = "select name, community from raw.communities"
FAMILIES = {"public code activity": "code", "newcomers": "people", "public talk": "talk"}
PLACES = r"\d+(?:st|nd|rd|th)(?: to \d+(?:st|nd|rd|th))?"
CLAIM = re.compile(
    rf"{PLACES}|ahead|told apart|would need|would not be|equal scores|are level|whatever people|(?:is|are) firm|rising"
    r"|falling|steady|unclear|\bbeat|\blead|\bled\b|\bovertak|\bnumber \d|\btied\b|100 %|firm order|\brose\b|\bfell\b"
    r"|had the most|(?:is|instead of) (?:first|second|third|fourth)"
)
PAIR = "from rankings.pairs where as_of = $as_of and ahead = $ahead and behind = $behind"
ROW = "from rankings.monthly where as_of = $as_of and community = $name and rank is not null"
MOVED = "from rankings.movement where as_of = $as_of and community = $name"
CLAIMS = {  # the form of a sentence, and the question whose rows must hold what it says
    "{ahead} is ahead of {behind}.": f"{PAIR} and firm and word = 'ahead'",
    "{ahead} is probably ahead of {behind}.": f"{PAIR} and not firm and probability >= .9 and word = 'probably ahead'",
    "{ahead} and {behind} cannot be told apart.": f"{PAIR} and not firm and word = 'cannot be told apart'",
    "{ahead} and {behind} have equal scores.": f"{PAIR} and difference = 0",
    "{behind} would need {needed} a month to be level with {ahead}.": "select list(needed_whole) as needed "
    "from rankings.distances where as_of = $as_of and ahead = $ahead and behind = $behind group by family",
    "Without {fragility} of its {fragility_of} contributors {ahead} would not be before {behind}.": PAIR,
    "Their order is the same whatever people weigh in {family}.": "from rankings.pairs where as_of = $as_of and "
    "family = $family and flip_weight is null",
    "They are level where people weigh {flip_weight} of 100 in {family}.": "select * replace "
    "(round(100 * flip_weight)::int as flip_weight) from rankings.pairs where as_of = $as_of and family = $family",
    "{name} {places} ({percent})": ROW,
    "{name} is {places} of {ranked} in ": ROW,
    FIRM: "select 1 from rankings.monthly where as_of = $as_of and rank is not null "
    "group by family having bool_and(rank_low = rank_high)",
    "These are places of the {ranked} that could be seen.": "from rankings.monthly where as_of = $as_of "
    "and state = 'not observed'",
    "{name}'s score rose {growth} % (range {low} to {high} %).": f"{MOVED} and word = 'rising'",
    "{name}'s score fell {growth} % (range {low} to {high} %).": "select -growth as growth, -high as low, -low as high "
    f"{MOVED} and word = 'falling'",
    STILL: "select 1 from rankings.movement where as_of = $as_of and growth is not null group by family, span "
    "having bool_and(word not in ('rising', 'falling'))",
    "The largest step, {name}'s {growth} %, could be {low} to {high} %.": f"{MOVED} "
    "qualify abs(growth) = max(abs(growth)) over (partition by family, span)",
    "{name} is {now} instead of {then}": "select n.rank_low as now, t.rank_low as then from rankings.monthly n "
    "join rankings.monthly t using (family, community) cross join rankings.rules where n.as_of = $as_of "
    "and t.as_of = compared_with and community = $name and n.rank_low = n.rank_high and t.rank_low = t.rank_high",
    "The scores of {first} and {last} differ by {gap} %, and a firm order needs {required} %.": "select "
    "100 * (exp(a.score - b.score) - 1) as gap, "
    "ceil(100 * (exp(a.threshold * sqrt(a.score_error ^ 2 + b.score_error ^ 2)) - 1))::int as required "
    "from rankings.monthly a join rankings.monthly b using (as_of, family) "
    "where as_of = $as_of and a.community = $first and b.community = $last and a.level_until >= b.rank",
    "Every place is firm in {firm} of {of} months that have a ranking by {by}.": "select count(*) as of, "
    "count(*) filter (firm) as firm, family from (select family, as_of, bool_and(rank_low = rank_high) as firm "
    "from rankings.monthly where rank is not null and as_of <= $as_of group by all) group by family",
    "{name} had the most {metric}": "select 1 from rankings.components where as_of = $as_of and community = $name",
    "{name}, {what}, against {month}: {word}, {growth} % (90 % range {low} to {high} %).": "from rankings.movement "
    "where as_of = $as_of and community = $name",
    "between its best and worst case it would be {possible}": "from rankings.monthly where as_of = $as_of "
    "and state = 'not observed' and possible_low is not null",
}
FORMS = {
    "places": PLACES, "possible": PLACES, "needed": r"[\w ,]+", "percent": r"[\d.]+", "what": r"[\w ,]+?",
    "month": r"\w+ \d{4}", "word": "rising|falling|steady|unclear", "family": r"\w+",
    "gap": r"\d+|less than 1", "metric": r"[a-z ]+", "now": r"\w+", "then": r"\w+", "by": r"[\w ,]+",
    **dict.fromkeys(("growth", "low", "high"), r"[+−-]?\d+"),
    **dict.fromkeys(("fragility", "fragility_of", "flip_weight", "ranked", "required", "firm", "of"), r"[\d,]+"),
}  # fmt: skip


def form_of(claim, names):
    """Return the expression of a sentence whose gaps are names of communities and what FORMS says."""
    named = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    parts = re.split(r"{(\w+)}", claim)
    gaps = (f"(?P<{gap}>{FORMS.get(gap, named)})" for gap in parts[1::2])
    return "".join(part for pair in zip(map(re.escape, parts[::2]), [*gaps, ""], strict=True) for part in pair)


def numbers(text):
    return sorted(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text))


def holds(row, said):
    """Return whether a row has each value that a sentence says, as the sentence writes it."""
    return all(WRITTEN[gap](row, gap) == clean(gap, text) for gap, text in said.items() if gap in WRITTEN)


def clean(gap, text):
    """Return what a sentence says in a gap in the form in which WRITTEN has it."""
    if gap in SHARES:
        return text.replace("−", "-").lstrip("+")
    return numbers(text) if gap in ("needed", *COUNTS) else text


SHARES, COUNTS = (
    ("growth", "low", "high"),
    ("fragility", "fragility_of", "flip_weight", "ranked", "required", "firm", "of"),
)
WRITTEN = {
    "places": lambda row, _: format_ordinals(row["rank_low"], row["rank_high"]),
    "possible": lambda row, _: format_ordinals(row["possible_low"], row["possible_high"]),
    "needed": lambda row, _: sorted(row["needed"]),
    "month": lambda row, _: f"{row['earlier']:%B %Y}",
    "word": lambda row, _: row["word"],
    "by": lambda row, _: family_phrase(row["family"]),
    "gap": lambda row, _: f"{row['gap']:.0f}" if row["gap"] >= 1 else "less than 1",
    **dict.fromkeys(SHARES, lambda row, gap: format_percents(row[gap])[0].lstrip("+")),
    **dict.fromkeys(COUNTS, lambda row, gap: [row[gap]]),
    **dict.fromkeys(("now", "then"), lambda row, gap: ORDINALS[row[gap]]),
}
"""How a sentence writes a value of a row, by the name of the gap."""


def claims_of(html):
    """Return the text of a page outside its tables, without what stands on every page."""
    text = Page(re.sub(r"<table\b.*?</table>", "", html, flags=re.S)).text.partition("What is counted")[0]
    text = re.sub(r" ([.,;])", r"\1", text)
    for explanation in (SETS, CAUTION, DESCRIPTION, *MONTH_STATES.values()):
        text = text.replace(explanation, "")
    return text


def read_claims(html, where, month):
    """Return how many claims have which form; fail where one has no row, or is of no known form."""
    names = {shown(row["name"]): row["community"] for row in ask(where.database, NAMES).to_pylist()}
    text, found = read_headlines(claims_of(html), rankings_of(where, month)), dict.fromkeys(CLAIMS, 0)
    for claim, question in CLAIMS.items():
        for sentence in [*re.finditer(form_of(claim, names), text)]:
            said = sentence.groupdict()
            asked = {gap: names.get(said[gap], said[gap]) for gap in said if f"${gap}" in question}
            rows = ask(where.database, question, {"as_of": month, **asked}).to_pylist()
            assert any(holds(row, said) for row in rows), sentence[0]
            text = text.replace(sentence[0], "", 1)
            found[claim] += 1
    left = [text[max(0, each.start() - 60) : each.end() + 60] for each in CLAIM.finditer(text)]
    assert left == [], "claims of no known form"
    return found


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    pages = {str(path.relative_to(where.site)): path.read_text(encoding="utf-8") for path in where.site.rglob("*.html")}
    return SimpleNamespace(where=where, pages=pages)


def test_every_claim_of_the_site_has_its_row(house):
    found = {}
    for name, html in house.pages.items():
        found[name] = read_claims(html, house.where, month_of(name))
    assert found["index.html"][FIRM] >= 1
    assert found["index.html"]["{behind} would need {needed} a month to be level with {ahead}."] >= 2
    assert found["community/alpha.html"]["{name} is {places} of {ranked} in "] >= 1
    assert sum(found["members.html"].values()) == 0


def month_of(name):
    """Return the month that a page of the site is about."""
    found = re.fullmatch(r"time/(\d{4})-(\d{2}).html", name)
    return date(int(found[1]), int(found[2]), 1) if found else MONTH


LEVEL = (
    "update rankings.pairs set firm = false, probability = .95, word = 'probably ahead', flip_weight = .4, "
    "fragility = 1, fragility_of = 6",
    "update rankings.monthly set rank_low = 1, rank_high = ranked where rank is not null",
    "update rankings.monthly set possible_low = 1, possible_high = 2 where state = 'not observed'",
)


@pytest.mark.parametrize("word", ["probably ahead", "cannot be told apart"])
def test_what_the_tables_say_is_what_the_page_says(house, tmp_path, word):
    said = f"update rankings.pairs set word = '{word}'"
    where = altered(house.where, tmp_path, *LEVEL, said)
    found = read_claims(render(where, ranking.page), where, MONTH)
    assert {claim for claim in PAIRS if found[claim]} == {next(claim for claim in PAIRS if word in claim)}
    assert found[FIRM] == 0
    assert found["Without {fragility} of its {fragility_of} contributors {ahead} would not be before {behind}."] > 0
    assert found["They are level where people weigh {flip_weight} of 100 in {family}."] > 0


PAIRS = [claim for claim in CLAIMS if "ahead of" in claim or "told apart" in claim]


@pytest.mark.parametrize("lie", [
    "Alpha Cloud is ahead of Beta Stack.", "Beta Stack is ahead of Alpha Cloud.", "Alpha Cloud beats Beta Stack.",
    "Gamma is 1st of 2 in public code activity.", "By public code activity, Beta Stack leads Alpha Cloud.",
    "By newcomers, places 1 and 2 are in no firm order.", "Alpha Cloud's score rose 900 % (range 1 to 2 %).",
    "Alpha Cloud, newcomers, against June 2013: rising, +900 % (90 % range +1 to +2 %).", "Gamma is number 1.",
])  # fmt: skip
def test_a_claim_without_a_row_is_found(house, lie):
    with pytest.raises(AssertionError):
        read_claims(f"<p>{lie}</p>", house.where, MONTH)


IN_ORDER = "from rankings.monthly where as_of = $as_of and family = $family and rank is not null order by rank"


def test_the_places_of_the_tables_are_sets(house):
    for name in ("index.html", "time/2025-12.html", "time/2026-01.html"):
        for caption, rows in Page(house.pages[name]).tables.items():
            if caption.startswith("Ranking by"):
                family = next((of for phrase, of in FAMILIES.items() if f"Ranking by {phrase}, " in caption), "overall")
                asked = {"as_of": month_of(name), "family": family}
                ranked = ask(house.where.database, IN_ORDER, asked).to_pylist()
                said = [row[0].split()[0] for row in rows[1:] if not row[0].startswith("–")]
                sets = [(row["rank_low"], row["rank_high"]) for row in ranked]
                assert said == [f"{low}" if low == high else f"{low}–{high}" for low, high in sets]
