"""Every sentence of the site that ranks or compares is read, and its row is found in the tables of the ranking."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from support.claims import CLAIM, CLAIMS, form_of, holds
from support.headlines import rankings_of, read_headlines, shown
from support.page import Page
from support.site import altered, published, render

from pipelines.warehouse.query import ask, open_database
from reports.pages import ranking
from reports.pages.places import SAID as PLACES_SAID
from reports.text.compare import LEGEND_OF_LEADS
from reports.text.headlines import FIRM, SETS
from reports.text.labels import CAUTION, MONTH_STATES

MONTH = date(2026, 2, 1)
NAMES = "select name, community from raw.communities"
FAMILIES = {"public code activity": "code", "newcomers": "people", "public talk": "talk"}


def claims_of(html):
    """Return the text of a page outside its tables, without what stands on every page."""
    text = Page(re.sub(r"<table\b.*?</table>", "", html, flags=re.S)).text.partition("What is counted")[0]
    text = re.sub(r" ([.,;:])", r"\1", re.sub(r"Who was ahead: \w+", "", text))
    for explanation in (QUESTION, SETS, CAUTION, PLACES_SAID, *MONTH_STATES.values(), *LEGEND_OF_LEADS.values()):
        text = text.replace(explanation, "")
    return text


def read_claims(html, where, month):
    """Return how many claims have which form; fail where one has no row, or is of no known form."""
    with open_database(where.database) as database:
        return _claims(html, month, database)


def _claims(html, month, database):
    names = {shown(row["name"]): row["community"] for row in database.ask(NAMES).to_pylist()}
    text, found = read_headlines(claims_of(html), rankings_of(database, month)), dict.fromkeys(CLAIMS, 0)
    for claim, question in CLAIMS.items():
        for sentence in [*re.finditer(form_of(claim, names), text)]:
            said = sentence.groupdict()
            asked = {gap: names.get(said[gap], said[gap]) for gap in said if f"${gap}" in question}
            rows = database.ask(question, {"as_of": month, **asked}).to_pylist()
            assert any(holds(row, said) for row in rows), sentence[0]
            text = text.replace(sentence[0], "", 1)
            found[claim] += 1
    left = unknown_claims(text)
    assert left == [], "claims of no known form"
    return found


def unknown_claims(text):
    return [text[max(0, each.start() - 60) : each.end() + 60] for each in CLAIM.finditer(text)]


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    pages = {str(path.relative_to(where.site)): path.read_text(encoding="utf-8") for path in where.site.rglob("*.html")}
    return SimpleNamespace(where=where, pages=pages)


@pytest.mark.long
def test_every_claim_of_the_site_has_its_row(house):
    found = {}
    for name in house.pages.keys() - DEFINITIONS:
        html = house.pages[name]
        found[name] = read_claims(html, house.where, month_of(name))
    assert found["index.html"][FIRM] >= 1
    assert found["index.html"]["{behind} would need {needed} a month to be level with {ahead}."] >= 2
    assert found["community/alpha.html"]["{name} is {places} of {ranked} in "] >= 1
    assert sum(found["members.html"].values()) == 0


def month_of(name):
    """Return the month that a page of the site is about."""
    found = re.fullmatch(r"time/(\d{4})-(\d{2}).html", name)
    return date(int(found[1]), int(found[2]), 1) if found else MONTH


QUESTION = "Which of two is ahead, since when, and is that fair?"
DEFINITIONS = {"data.html", "method.html", "sql.html"}
"""Pages that say what tables and columns mean; they name no community."""
LEVEL = (
    "update rankings.pairs set firm = false, probability = .95, word = 'probably ahead', flip_weight = .4, "
    "fragility = 1, fragility_of = 6",
    "update rankings.monthly set rank_low = 1, rank_high = ranked where rank is not null",
    "update rankings.monthly set possible_low = 1, possible_high = 2 where state = 'not observed'",
)


@pytest.mark.long
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


@pytest.mark.long
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
