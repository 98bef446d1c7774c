"""From a number to its evidence: counts of each repository and list, the pages they came from, and the query."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace

import pytest
from support.page import Page, table
from support.site import SHOWN, altered, published, render
from support.tables_on_demand import ask

from reports.pages import evidence
from reports.text.addresses import log_address, public_address
from reports.text.evidence import figures_text

GITHUB = "https://github.com/alpha/one"


@pytest.fixture(scope="module")
def house(once, tmp_path_factory):
    """Alpha's repository stands on GitHub, and a page with mail of a month of Beta is held."""
    moved = f"update raw.units set url = 'git+{GITHUB}' where community = 'alpha'"
    posted = """insert into core.postings by name
        select 'beta' as community, 'users' as source, '2025-04' as unit, date '2025-04-01' as month from range(3)"""
    read = f"""insert into raw.units by name select 'beta' as community, 'users' as source, '2025-04' as unit,
        'https://lists.example.org/2025-04{SHOWN}' as url, timestamp '2026-03-20 03:00' as seen_at,
        '{"ab" * 32}' as checksum, 'pipermail/7' as reader"""
    where = altered(published(once), tmp_path_factory.mktemp("evidence"), moved, posted, read)
    alpha, beta = (render(where, evidence.page, slug) for slug in ("alpha", "beta"))
    talk = render(where, evidence.page, "talk/beta")
    return SimpleNamespace(where=where, alpha=alpha, beta=beta, talk=talk)


def month_of(text, month):
    """The part of a page that is of one month, by its anchor."""
    return next(part for part in text.split("<tbody ") if part.startswith(f'id="{month}"'))


def test_a_number_of_a_month_stands_there_with_the_repository_and_the_hosts_log_of_the_month(house):
    part = month_of(house.alpha, "2025-03")
    assert "Contributors 7; Commits 55" in part, "24 and 31 of the import"
    assert f'href="{GITHUB}/commits?since=2025-03-01&amp;until=2025-03-31">alpha/one</a>' in part
    ((commits, people, uncounted),) = re.findall(r"<td>(\d+)<td>(\d+)<td>(\d+)", part)
    assert (commits, people, uncounted) == ("55", "7", "0")


def test_the_visit_stands_with_its_time_checksum_and_reader(house):
    held = ask(house.where, "select checksum, reader from raw.units where community = 'alpha'")
    rows = Page(house.alpha).rows("Repositories as they were read")
    assert rows["alpha/one"] == [
        "20 March 2026, 03:00 UTC",
        "480",
        held[0][0] or "not recorded",
        held[0][1] or "not recorded",
    ]


def test_one_or_two_people_of_a_repository_are_no_number(once, tmp_path):
    few = "update published.by_repository set people = null, suppressed = true where month = '2025-03-01'"
    part = month_of(render(altered(published(once), tmp_path, few), evidence.page, "alpha"), "2025-03")
    assert "<td>55<td>1 or 2<td>0" in part


def test_every_month_since_the_first_number_has_an_anchor(house):
    anchors = re.findall(r'<tbody id="([\d-]+)"', house.alpha)
    assert anchors == [f"{2025 + n // 12}-{n % 12 + 1:02}" for n in reversed(range(15))]
    assert "not observed" in month_of(house.beta, "2026-02")


def test_the_query_of_the_page_gives_the_numbers_of_the_page(house):
    (sql,) = re.findall(r"<pre[^>]*><code>(.*?)</code>", house.alpha, re.S)
    answer = ask(house.where, unescape(sql).replace("2026-03-01", "2025-03-01"))
    assert answer == [("alpha/one", 55, 7, 0)]


def test_persons_are_counts(house):
    keys = {key for row in ask(house.where, "select author_key, author_name_key from core.commits") for key in row}
    assert not [key for key in keys if key and key in house.alpha + house.beta + house.talk]


def test_lists_have_a_page_with_the_archives_page_and_its_checksum(house):
    assert 'href="talk/beta.html#2025-04"' in month_of(house.beta, "2025-04")
    part = month_of(house.talk, "2025-04")
    assert "2026-03-20<td><code>abababababab" in part
    assert 'href="https://lists.example.org/2025-04' in part
    assert Page(house.talk).rows("Readers of the lists and forums")["users"] == ["pipermail/7"]


def test_the_file_has_every_page_that_was_read(once):
    rows = table(SimpleNamespace(where=published(once)), "evidence")
    assert {row["unit"] for row in rows} == {"alpha/one", "beta/one", "evil/one"}
    alpha = next(row for row in rows if (row["unit"], row["month"]) == ("alpha/one", "2025-03"))
    assert (alpha["rows"], alpha["counted"]) == ("55", "55")


def test_a_month_that_was_measured_earlier_names_its_file(house):
    text = Page(render(house.where, evidence.page, "gamma")).text
    assert "Commits 20 (measured earlier) [1]" in text
    assert "1. data/history/measured.csv : invented" in text


@pytest.mark.parametrize(("url", "address"), [
    ("git+https://github.com/a/b", "https://github.com/a/b"),
    ("http://127.0.0.1:4711/lists.example.org/x", "https://lists.example.org/x"),
    ("file://localhost/srv/mail/dev.mbox", ""), ("javascript:alert(1)", ""),
    ("http://old.example.org/", ""), (None, ""),
])  # fmt: skip
def test_only_what_others_can_reach_has_an_address(url, address):
    assert public_address(url) == address


@pytest.mark.parametrize(("url", "log"), [
    ("git+https://github.com/a/b.git", "https://github.com/a/b/commits?since=2013-03-01&until=2013-03-31"),
    ("https://opendev.org/a/b",
     "https://opendev.org/a/b/commits/branch/master/search?q=after:2013-02-28+before:2013-04-01"),
    ("git+https://forge.example.org/a/b", ""), ("git+https://github.com/a/b/../../c?x", ""),
])  # fmt: skip
def test_a_log_of_a_month_is_linked_where_the_host_has_one(url, log):
    assert log_address(url, date(2013, 3, 1)) == log


def test_numbers_of_another_family_stand_on_the_other_page():
    figures = [
        {"metric": "commits", "family": "code", "value": 1307.0, "state": "observed"},
        {"metric": "participation_ratio", "family": "talk", "value": 2.5, "state": "partial"},
    ]
    row = {"figures": figures, "to_date": True}
    assert figures_text(row, without="talk") == "Commits 1,307 (to date)"
    assert figures_text(row, of="talk") == "Messages a thread 2.5 (partly observed) (to date)"
    assert figures_text({"figures": None, "to_date": False}) == "not observed"
