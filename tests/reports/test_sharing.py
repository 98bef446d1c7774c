"""What other programs read: JSON by its schema, a feed by its standard, badges; each number is that of the tables."""

import json
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from support.edition_database import months_back, write_rankings
from support.site import EVIL, SHOWN, altered, bare, published

from pipelines.editions.closing import close_by_hand
from pipelines.warehouse.query import open_database
from reports.pages import editions
from reports.pages.context import read_context
from reports.pages.ranking_table import ranking_tables
from reports.sharing import feed, ranking_json
from reports.sharing.badge import badges

JULY = date(2026, 7, 1)
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = json.loads(ranking_json.SCHEMA.read_text())
MOVED = """insert into rankings.movers select last_complete_month, 'code', 'year', 'alpha',
           last_complete_month - interval 1 year, 'rising', .5, .1, .9, 1, 1 from raw.build"""


@pytest.fixture(scope="module")
def site(once):
    with open_database(published(once).database) as opened:
        yield read_context(opened)


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A folder with one closed edition."""
    top = tmp_path_factory.mktemp("closed")
    counts = {("cedar", metric, m): (10.0, 1.0) for metric in ("commits", "code_people") for m in months_back(JULY, 40)}
    write_rankings(top / "db", JULY, counts)
    close_by_hand(top / "db", top / "editions", "2026-07", "", datetime(2026, 9, 1, tzinfo=UTC))
    return top / "editions"


def test_the_rankings_are_valid_by_their_schema_and_equal_the_page(site):
    said = json.loads(ranking_json.ranking_json(site))
    assert list(Draft202012Validator(SCHEMA).iter_errors(said)) == []
    keys = ("community", "rank", "rank_low", "rank_high", "months", "reason_code")
    for ranking, table in zip(said["rankings"], ranking_tables(site), strict=True):
        shown = table["rows"]
        assert [[row[key] for key in keys] for row in ranking["rows"]] == [[row[key] for key in keys] for row in shown]
        assert [row["index"] for row in ranking["rows"]] == [row["score"] for row in shown]
        assert [row["index_low"] for row in ranking["rows"]] == pytest.approx([row["score_low"] for row in shown])


def test_a_wrong_value_is_none_by_the_schema(site):
    said = json.loads(ranking_json.ranking_json(site))
    said["rankings"][0]["rows"][0]["rank"] = 0
    said["rankings"][0]["rows"][0]["email"] = "x"
    assert len(list(Draft202012Validator(SCHEMA).iter_errors(said))) == 2


def test_without_any_place_the_rankings_are_valid_too(once):
    with open_database(bare(once).database) as opened:
        said = json.loads(ranking_json.ranking_json(read_context(opened)))
    assert list(Draft202012Validator(SCHEMA).iter_errors(said)) == []
    assert {row["index"] for ranking in said["rankings"] for row in ranking["rows"]} <= {None}


def test_the_feed_has_what_the_standard_asks_and_is_the_same_again(site, closed):
    said = feed.feed(site, editions.readable(closed))
    assert said == feed.feed(site, editions.readable(closed))
    root = ElementTree.fromstring(said)
    entries = root.findall(f"{ATOM}entry")
    assert entries
    for element in (root, *entries):
        assert all(len(element.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated"))
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert entries[0].findtext(f"{ATOM}title") == "Edition July 2026"
    assert root.findtext(f"{ATOM}updated") == "2026-09-01T00:00:00Z"


def test_a_change_beyond_noise_is_an_entry_with_its_range(once, tmp_path):
    where = altered(published(once), tmp_path, MOVED)
    with open_database(where.database) as opened:
        context = read_context(opened)
        root = ElementTree.fromstring(feed.feed(context, []))
    newest = root.find(f"{ATOM}entry")
    assert newest.findtext(f"{ATOM}summary").endswith("Alpha Cloud's score rose 50\xa0% (range 10 to 90\xa0%).")
    assert newest.find(f"{ATOM}link").get("href") == f"time/{context.month:%Y-%m}.html"


def test_badges_say_places_and_escape_names(site):
    drawn = dict(badges(site))
    assert set(drawn) >= {"badges/alpha.svg", "badges/beta.svg"}
    tables = {row["community"]: row for table in reversed(ranking_tables(site)) for row in table["rows"] if row["rank"]}
    for slug, row in tables.items():
        title = ElementTree.fromstring(drawn[f"badges/{slug}.svg"]).findtext("{http://www.w3.org/2000/svg}title")
        assert f" of {row['ranked']} " in title
        assert "February 2026" in title


def test_the_site_has_them(once):
    where = published(once)
    for name in (ranking_json.PATH, ranking_json.SCHEMA_PATH, feed.PATH, "badges/alpha.svg"):
        assert (where.site / name).is_file()
    said = (where.site / ranking_json.PATH).read_text()
    assert EVIL not in said
    assert json.dumps(f"=cmd(){SHOWN}", ensure_ascii=False) in said
    index = (where.site / "index.html").read_text()
    assert '<link rel="alternate" type="application/atom+xml" href="feed.xml"' in index
    assert '<meta property="og:title" content="' in index
