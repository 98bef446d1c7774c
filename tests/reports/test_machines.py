"""What programs read: a feed by RFC 4287, a sitemap, robots.txt, how to cite, share tags, with an address or none."""

from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
import yaml
from support.atom import ATOM, find_faults
from support.repository import HOUSE
from support.site import altered, published, render

from flows.address import site_address
from flows.commands.checks import UsageError
from pipelines.editions.periods import Period
from pipelines.editions.store import Revision
from pipelines.warehouse.query import open_database
from reports.pages import ranking
from reports.pages.context import read_context
from reports.sharing import feed
from reports.sharing.machines import NAMESPACE, machine_files

ADDRESS = "https://example.org/rank/"
PAGES = ["index.html", "community/alpha.html", "compare/alpha.js"]
MOVED = """insert into rankings.movers select last_complete_month, 'code', 'year', 'alpha',
           last_complete_month - interval 1 year, 'rising', .5, .1, .9, 1, 1 from raw.build"""
CLOSED = Revision(Period(date(2026, 7, 1)), "pop-1.0", 1, "published", datetime(2026, 9, 1, tzinfo=UTC), "", "")


@pytest.fixture(scope="module")
def site(once, tmp_path_factory):
    """A site with an address, and a change beyond noise."""
    where = altered(published(once), tmp_path_factory.mktemp("machines"), MOVED)
    with open_database(where.database) as opened:
        yield read_context(opened, ADDRESS)


@pytest.fixture(scope="module")
def said(site):
    return feed.feed(site, [CLOSED, replace(CLOSED, revision=2, reason="A source was corrected.")])


def test_the_feed_breaks_no_rule_of_the_standard_with_and_without_an_address(site, said):
    assert find_faults(said) == []
    assert find_faults(feed.feed(replace(site, address=""), [CLOSED])) == []
    assert find_faults(feed.feed(site, [])) == []


@pytest.mark.parametrize(("old", "new", "fault"), [
    (b"<updated>2026-09-01T00:00:00Z", b"<updated>1 September 2026", "is no date"),
    (b"<id>urn:uuid:", b"<id>", "is no absolute IRI"),
    (b"<name>stackrank project</name>", b"", "an author without name"),
    (b"<author>", b"<writer/><author>", "feed has {"), (b'rel="self"', b'rel="via"', "no link to itself"),
    (b"<entry>", b"<entry><title>again</title>", "entry has 2 of title"),
])  # fmt: skip
def test_a_broken_feed_is_seen_to_be_one(said, old, new, fault):
    broken = said.replace(old, new).replace(b"<writer/>", b'<x:writer xmlns:x="urn:x"/>')
    assert any(fault.rstrip("{") in each for each in find_faults(broken))


def test_it_has_editions_and_changes_and_each_link_begins_with_the_address(said):
    root = ElementTree.fromstring(said)
    titles = [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]
    assert {"Edition July 2026", "Edition July 2026, revision 2"} <= set(titles)
    assert any("changes in the ranking" in title for title in titles)
    assert all(link.get("href").startswith(ADDRESS) for link in root.iter(f"{ATOM}link"))


def test_a_sitemap_lists_the_pages_and_robots_name_it(site):
    files = dict(machine_files(site, PAGES))
    found = ElementTree.fromstring(files["sitemap.xml"]).findall(f"{{{NAMESPACE}}}url/{{{NAMESPACE}}}loc")
    assert [one.text for one in found] == [f"{ADDRESS}index.html", f"{ADDRESS}community/alpha.html"]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in files["robots.txt"]


def test_without_an_address_there_is_no_sitemap_and_no_tag_that_needs_one(once, site):
    files = dict(machine_files(replace(site, address=""), PAGES))
    assert sorted(files) == ["CITATION.cff", "robots.txt"]
    assert "Sitemap" not in files["robots.txt"]
    assert "url" not in yaml.safe_load(files["CITATION.cff"])
    assert "og:image" not in render(published(once), ranking.page)
    assert not (published(once).site / "sitemap.xml").exists()


def test_share_tags_name_page_and_card(site):
    text = ranking.page(replace(site, path="index.html"))
    assert f'<link rel="canonical" href="{ADDRESS}index.html">' in text
    assert f'<meta property="og:image" content="{ADDRESS}cards/index.png">' in text


def test_how_to_cite_is_in_the_citation_file_format(site):
    of_site = yaml.safe_load(dict(machine_files(site, PAGES))["CITATION.cff"])
    of_code = yaml.safe_load((HOUSE / "CITATION.cff").read_text(encoding="utf-8"))
    for said, kind in ((of_site, "dataset"), (of_code, "software")):
        assert {"cff-version", "message", "title", "authors", "version", "date-released"} <= set(said)
        assert (said["cff-version"], said["type"], said["license"]) == ("1.2.0", kind, "Apache-2.0")
        assert [sorted(author) for author in said["authors"]] == [["name"]]
        assert date.fromisoformat(str(said["date-released"]))
    assert of_site["url"] == ADDRESS


@pytest.mark.parametrize(("said", "address"), [
    ("", ""), ("https://example.org/rank", ADDRESS), (ADDRESS, ADDRESS), ("http://localhost:8000", "http://localhost:8000/"),
])  # fmt: skip
def test_an_address_ends_with_a_slash(said, address):
    assert site_address({"STACKRANK_SITE_URL": said}) == address


@pytest.mark.parametrize("said", ["example.org", "javascript:alert(1)", "ftp://example.org", "https://", "https://[",
                                  "https://example.org/?a", "https://example.org/#a", "https://u:p@example.org",
                                  'https://example.org/"x', "https://example.org/a b"])  # fmt: skip
def test_what_is_no_address_is_refused(said):
    with pytest.raises(UsageError, match="STACKRANK_SITE_URL"):
        site_address({"STACKRANK_SITE_URL": said})
