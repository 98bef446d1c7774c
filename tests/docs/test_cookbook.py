"""The questions of the cookbook in SQL, on a small database with known answers and on real histories."""

import re
import subprocess
from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import pytest
from support.builders import TODAY, community, land, row, source
from support.commands import run_here
from support.readme import COOKBOOK, answered, blocks
from support.releases import BUNDLES, NEEDS_BUNDLES, tag
from support.site import published
from support.tables_on_demand import ask

from flows.collect import collect
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, Folders
from pipelines.warehouse.build import build_database

QUESTIONS = [text for language, text in blocks(COOKBOOK) if language == "sql"]
KEY = "5e" * 32
PRIVATE = (".local", ".localdomain", ".lan", ".internal")


@pytest.fixture
def where(tmp_path):
    return Folders(tmp_path / "data", tmp_path / "world" / "communities", tmp_path / "site")


def question(about):
    (found,) = (sql for sql in QUESTIONS if about in sql)
    return found


DAY = 86_400
DOMAINS = question("author_domain")


@pytest.mark.long
def test_domains_add_up_month_by_month_and_each_counts_in_its_first_month_only(where):
    birds = source("birds", since=date(2025, 1, 1))
    land(where, birds, "birds/one", [
        row(1, datetime(2025, 2, 3), author_domain="nest.example"),
        row(2, datetime(2025, 2, 4), author_domain="nest.example"),
        row(3, datetime(2025, 2, 28, 23, 59), author_domain="tree.example"),
        row(4, datetime(2025, 5, 1), author_domain="mail.tree.example"),
        row(5, datetime(2025, 5, 2), author_domain="tree.example"),
        row(6, datetime(2025, 5, 3), author_domain=None),
        row(7, datetime(2025, 5, 4), author_domain="merges.example", parents=2),
        row(8, datetime(1970, 1, 1), author_domain="clock.example"),
    ])  # fmt: skip
    build_database(where, [community("birds", birds)], TODAY)
    assert ask(where, DOMAINS.replace("apache/cloudstack", "birds/one")) == [
        (date(2025, 2, 1), 2, 2), (date(2025, 3, 1), 0, 2), (date(2025, 4, 1), 0, 2), (date(2025, 5, 1), 1, 3),
    ]  # fmt: skip
    assert ask(where, DOMAINS) == [], "what is not there has no months"


@pytest.mark.long
def test_lines_of_versions_are_listed_with_the_day_and_whose_it_is(where):
    birds = source("birds", releases=r"v(\d+\.\d+(?:\.\d+)?)", since=date(2025, 1, 1))
    tags = [tag("v1.0", date(2025, 2, 1)), tag("v1.0.1", date(2025, 3, 1)), tag("v1.1-rc1", date(2025, 4, 1)),
            tag("v1.1", date(2025, 5, 1), "commit"), tag("nightly", date(2025, 6, 1))]  # fmt: skip
    land(where, birds, "birds/one", [row(1, datetime(2025, 2, 3))], tags)
    build_database(where, [community("birds", birds)], TODAY)
    assert ask(where, question("dated_by")) == [
        ("birds", "1.0", date(2025, 2, 1), "tag"), ("birds", "1.1", date(2025, 5, 1), "commit"),
    ]  # fmt: skip


def test_any_two_communities_can_be_judged_by_the_cut_of_their_ranking(once):
    """Alpha and Evil are no neighbours in the two earlier months, where Beta stands between them."""
    sql = question("a.threshold").replace("'openstack'", "'alpha'").replace("'opennebula'", "'evil'")
    found = ask(published(once), sql)
    assert [(row[0].month, row[3]) for row in found] == [(2, True), (1, True), (12, True)]
    assert [round(row[1], 9) for row in found] == [0.628383363, 0.664236282, 0.701045602]


def test_editions_with_firm_places_only_are_counted(once):
    assert ask(published(once), question("bool_and(rank_low = rank_high)")) == [("code", 3, 1)]


@pytest.mark.long
def test_the_answers_of_the_cookbook_are_those_of_the_published_figures(tmp_path):
    where = Folders(tmp_path / "data", CATALOGUE, tmp_path / "site")
    build_database(where, load_catalogue(CATALOGUE), TODAY)
    asked = answered(COOKBOOK, "sql", "core.counts")
    assert len(asked) == 1
    for sql, answer in asked:
        assert run_here("sql", sql, STACKRANK_DATA=str(where.data)).stdout == answer


def first_months(bare):
    """The first month of each domain by git and these lines alone: the part after the last @, without case."""
    known = "--format=%ct%x09%at%x09%ce%x09%ae"
    command = ["git", "-C", str(bare), "log", "--no-merges", "--no-mailmap", known, "refs/stackrank/head"]
    log = subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="replace")
    commits = [(int(ct), int(at), *who) for ct, at, *who in (line.split("\t") for line in log.split("\n") if line)]
    recorded = defaultdict(list)
    for ct, at, committer, _ in commits:
        recorded[committer, ct // DAY].append(ct - at > 30 * DAY)
    imports = {batch for batch, old in recorded.items() if len(old) >= 100 and sum(old) > len(old) / 2}
    firsts = {}
    for ct, at, committer, address in commits:
        counted_at = at if (committer, ct // DAY) in imports else ct
        month = f"{datetime.fromtimestamp(counted_at, UTC):%Y-%m}"
        host = address.rpartition("@")[2].lower()
        if re.fullmatch(r"[a-z0-9.-]+\.[a-z][a-z0-9-]+", host) and not host.endswith(PRIVATE):
            firsts[host] = min(firsts.get(host, month), month)
    return Counter(firsts.values())


@pytest.mark.long
@NEEDS_BUNDLES
def test_the_domains_of_the_real_history_are_those_that_git_has(where, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    text = (CATALOGUE / "cloudstack.toml").read_text()
    begin, core = text.split("[[sources]]")[:2]
    bundle = f"git+file://localhost{BUNDLES}/apache__cloudstack.bundle"
    where.communities.mkdir(parents=True)
    declared = f"{begin}[[sources]]{core.split('[[release_dates]]')[0]}"
    (where.communities / "cloudstack.toml").write_text(
        declared.replace("git+https://github.com/apache/cloudstack", bundle)
    )
    four = load_catalogue(where.communities)
    assert [visit.verdict for visit in collect(where, four[0].sources).visits] == ["ok"]
    build_database(where, four, date(2026, 8, 20))
    answered = ask(where, DOMAINS)
    (clone,) = where.clones.rglob("*.git")
    expected = first_months(clone)
    assert {f"{month:%Y-%m}": new for month, new, _ in answered if new} == dict(expected)
    assert answered[-1][2] == sum(expected.values()) > 200
    print(f"{answered[-1][2]} domains by {answered[-1][0]}")
