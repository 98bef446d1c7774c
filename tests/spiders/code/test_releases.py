"""Releases: the tag rules of the shipped community files, the list of series, the spider, the build."""

import csv
import http.client
import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import duckdb
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import SEEN, TODAY, community, land, monthly, row, source
from support.releases import BUNDLES, NEEDS_BUNDLES, SHARED, forge, tag
from support.tables_on_demand import ask, build_tables

from flows.collect import collect
from flows.demo import catalogue, places, run
from flows.demo import series as invented
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.source_fields import tag_rule
from pipelines.catalogue.urls import units
from pipelines.folders import CATALOGUE, Folders
from pipelines.landing import store
from pipelines.landing.schemas import SERIES
from pipelines.landing.store import Harvest
from pipelines.landing.stored import stored_visits
from pipelines.model import ReleaseDate, Source, Verdict, Visit
from spiders.code.series_status import LARGEST_FILE, series

KEY = "5e" * 32


@pytest.fixture
def where(tmp_path):
    """An empty data folder."""
    return Folders(tmp_path / "data", tmp_path / "world" / "communities", tmp_path / "site")


# ---- the rules of the shipped files ----------------------------------------------------------------------------

TAGS = {
    "cloudstack/core": {
        "2.1.3": "2.1.3", "2.2.0": "2.2.0", "tag-2.2.14": "2.2.14", "tag-3.0.4": "3.0.4", "4.0.0-incubating": "4.0.0",
        "4.0.2": "4.0.2", "4.5.2.1": "4.5.2.1", "4.9.0": "4.9.0", "4.10.0.0": "4.10.0.0", "4.11.1.0": "4.11.1.0",
        "4.22.0.0": "4.22.0.0",
        **dict.fromkeys([
            "2.1.3.RC1", "2.1.4RC1", "2.1.98", "2.1.99", "2.2.13-prerelease-1", "3.0.1.prerelease2", "4.6.2-rc1",
            "4.11.1", "TAG_2.2.15_GA", "TAG_CLOUDPLATFORM_3.0.4_GA2", "acton-beta1-prerelease-1", "ovm3", "tag-Acton",
            "patch-13777/13375-fix", "tag-2.1.10.zucchini", "tag-2.2.10-2", "tag-2.2.14-P2", "tag-2.2.15-RC1",
            "tag-219RC1", "tag-3.0.5.rc1", "tag-zbaremetal", "tag_2.2.14_mango", "4.18.0.0-RC20230224T1256",
        ]),
    },
    "opennebula/core": {
        "release-1.2": "1.2", "release-1.2.1": "1.2.1", "release-2.0": "2.0", "release-3.8.5": "3.8.5",
        "release-4.12": "4.12", "release-5.12.0.1": "5.12.0.1", "release-5.12.13": "5.12.13", "release-7.4.0": "7.4.0",
        **dict.fromkeys([
            "psych", "release-1.8.0", "release-1.2-beta1", "release-1.4-rc1", "release-4.0-rc", "release-3.2-s0",
            "release-2.9.80", "release-5.11.85", "release-6.99.90", "release-5.11.8", "release-4.12.0",
            "release-3.8.3-2", "release-7.2.0-fixup", "release-7.2.0-fixup-ce", "1.4", "release-", "release-7",
        ]),
    },
    "eucalyptus/eucalyptus": {
        "1.4": "1.4", "1.5.0": "1.5.0", "3.3.0.1": "3.3.0.1", "3.4.2": "3.4.2", "v4.0.0": "4.0.0",
        "v4.3.1.1": "4.3.1.1",
        **dict.fromkeys([
            "1.0-beta", "2.0-branch", "3.0-alpha1", "3.0-rc3", "3.3-m6", "ha-baseline", "jaunty", "karmic", "v4",
        ]),
    },
    "eucalyptus/corymbia": {"v4.4.3": "4.4.3", "v5.0.0": "5.0.0", "v5.1.0": "5.1.0", "v5.1.0-rc1": None, "lucid": None},
    "openstack/core": dict.fromkeys(["2013.2", "33.0.0", "essex-rc1", "havana-eol", "0.9.0"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped catalogue, built from one commit of each source and the tags above."""
    top = tmp_path_factory.mktemp("shipped")
    where = Folders(top / "data", top / "communities", top / "site")
    four = load_catalogue(CATALOGUE)
    for each in (s for c in four for s in c.sources if s.id in TAGS):
        tags = [tag(name, date(2025, 1, 1)) for name in TAGS[each.id]]
        land(where, each, units(each)[0], [row(7, datetime(2025, 3, 1))], tags)
    build_tables(where, four, TODAY)
    return where


@pytest.mark.parametrize("source_id", TAGS)
def test_each_community_has_its_rule_for_tags(shipped, source_id):
    slug, name = source_id.split("/")
    found = ask(shipped, f"select tag, version from core.releases where (community, source) = ('{slug}', '{name}')")
    assert dict(found) == {tag: version for tag, version in TAGS[source_id].items() if version}


def test_dates_that_the_catalogue_states_go_before_those_of_tags(shipped):
    stated = ask(shipped, "select version, day from raw.release_dates where community = 'cloudstack'")
    assert ("4.0.0", date(2012, 11, 6)) in stated
    assert len(stated) >= 4
    assert all(said for (said,) in ask(shipped, "select stated_by from raw.release_dates"))
    rows = ask(shipped, "select version, released_at, dated_by, month from core.releases "
                        "where community = 'cloudstack' and version in ('4.0.0', '4.0.2') order by 1")  # fmt: skip
    assert rows == [
        ("4.0.0", date(2012, 11, 6), "curated", date(2012, 11, 1)),
        ("4.0.2", date(2025, 1, 1), "tag", date(2025, 1, 1)),
    ]


# ---- what a rule may be ----------------------------------------------------------------------------------------

PLAIN = ["1", "v", "-", "_", "/", r"\d", r"\.", "(", "(?:", ")", "|", "?", "*", "+"]
TOKENS = [*PLAIN, "[", "]", ".", "{", "}", "^",
          "$", "\\", r"\w", "(?=", "(?P<a>", "(?i)", ":", " ", "\n", "é"]  # fmt: skip


@pytest.fixture(scope="module")
def con():
    """A DuckDB in memory."""
    with duckdb.connect() as con:
        yield con


@given(
    st.one_of(st.lists(st.sampled_from(tokens), max_size=8).map("".join) for tokens in (PLAIN, TOKENS)),
    st.text("1v-_/.é", max_size=6),
)
@example(r"(?:v|1)+(\d*)*", "v11")
@example(r"(1+)+", "1" * 4000 + "v")
def test_the_catalogue_accepts_only_rules_that_the_database_reads_alike(con, rule, name):
    try:
        pattern = tag_rule(rule)
    except ValueError:
        return
    ((said,),) = con.execute("select regexp_full_match($name, $rule)", {"name": name, "rule": rule}).fetchall()
    if len(name) < 100:
        assert said == bool(pattern.fullmatch(name))


# ---- what the build makes of tags ------------------------------------------------------------------------------

RULES = {"releases": r"v?(\d+\.\d+(?:\.\d+)*|nest)", "not_releases": ("9\\.9",)}
LATER = date(2026, 6, 20)
ONE_TAG = [tag("1.0", date(2025, 4, 4)), tag("stray")]
LINES = [
    tag("v1.0", date(2025, 1, 20)), tag("1.0.1", date(2025, 2, 20)), tag("v1.1.1", date(2025, 2, 21)),
    tag("1.1.2", date(2025, 2, 22)), tag("v1.10", date(2025, 4, 1)), tag("nest", date(2025, 5, 1)),
    tag("9.9"), tag("1.0-rc1"), tag("stray"), tag("v1.1\n"), tag("v1.1.3-"), tag("Nest"),
]  # fmt: skip
DATES = [
    tag("1.0.10"), tag("1.0.9"), tag("1.0"), tag("2.0", date(1970, 1, 1)), tag("2.0.1", date(2025, 6, 1)),
    tag("3.0", date(2100, 1, 1)), tag("4.0", None, "commit"),
    *({**tag(f"{n}.0"), "seconds": seconds} for n, seconds in enumerate((10**12, 10**18, -(10**18), 10**30), 5)),
]  # fmt: skip
FIRST = [tag("v1.0", date(2025, 2, 2)), tag("1.0", date(2025, 2, 1), "commit"), tag("2.0", date(2025, 5, 1)),
         tag("3.0", date(2025, 3, 3))]  # fmt: skip
FORK = [tag("1.0", date(2025, 2, 2)), tag("v2.0", date(2025, 5, 5)), tag("v3.0", date(2025, 1, 1), "commit")]
STATED = (ReleaseDate("2.0", date(2025, 5, 7), "invented"), ReleaseDate("7.0", date(2025, 5, 7), "invented"))
SOURCES = {
    "lines": [(source("lines", **RULES), LINES)],
    "dates": [(source("dates", **RULES), DATES)],
    "twice": [(source("twice", **RULES), FIRST), (source("twice", "fork", ("two",), **RULES), FORK)],
    "silent": [(source("silent"), ONE_TAG)],
    "quiet": [(source("quiet", **RULES), ONE_TAG)],
    "frozen": [(source("frozen", snapshot=True, **RULES), ONE_TAG)],
}


@pytest.fixture(scope="module")
def tagged(tmp_path_factory):
    """One database of communities with the tags above, seen on 20 March 2026, built three months later."""
    top = tmp_path_factory.mktemp("tagged")
    where = Folders(top / "data", top / "communities", top / "site")
    named = []
    for slug, sources in SOURCES.items():
        for of, tags in sources:
            land(where, of, units(of)[0], monthly(1, range(14), authors=1), tags)
        stated = STATED if slug == "twice" else ()
        named.append(replace(community(slug, *(of for of, _ in sources)), release_dates=stated))
    build_tables(where, named, LATER)
    return where


def of(slug):
    return f"where community = '{slug}'"


def test_the_first_version_of_a_line_is_a_feature_and_the_later_ones_are_points(tagged):
    assert ask(tagged, f"select version, kind from core.releases {of('lines')} order by 1") == [
        ("1.0", "feature"), ("1.0.1", "point"), ("1.1.1", "feature"), ("1.1.2", "point"), ("1.10", "feature"),
        ("nest", "feature"),
    ]  # fmt: skip
    rows = ask(tagged, f"select month, value from metrics.monthly {of('lines')} and metric = 'releases' and value > 0 "
                       "order by 1")  # fmt: skip
    assert rows == [(date(2025, m, 1), 1) for m in (1, 2, 4, 5)]


def test_versions_of_one_day_are_ordered_and_a_date_that_cannot_be_true_begins_no_line(tagged):
    rows = ask(tagged, f"select version, kind, released_at, month from core.releases {of('dates')} order by 1")
    assert rows == [
        ("1.0", "feature", date(2025, 3, 14), date(2025, 3, 1)),
        ("1.0.10", "point", date(2025, 3, 14), date(2025, 3, 1)),
        ("1.0.9", "point", date(2025, 3, 14), date(2025, 3, 1)),
        ("2.0", "point", date(1970, 1, 1), None),
        ("2.0.1", "feature", date(2025, 6, 1), date(2025, 6, 1)),
        ("3.0", "feature", date(2100, 1, 1), None),
        ("4.0", "feature", None, None),
        *((f"{n}.0", "feature", None, None) for n in (5, 6, 7, 8)),
    ]


def test_a_version_counts_once_with_its_best_date(tagged):
    columns = "version, source, repository, tag, released_at, dated_by"
    assert ask(tagged, f"select {columns} from core.releases {of('twice')} order by 1") == [
        ("1.0", "core", "twice/one", "v1.0", date(2025, 2, 2), "tag"),
        ("2.0", "core", "twice/one", "2.0", date(2025, 5, 7), "curated"),
        ("3.0", "core", "twice/one", "3.0", date(2025, 3, 3), "tag"),
    ]


def test_a_source_without_a_rule_says_nothing_about_releases(tagged):
    assert ask(tagged, f"select version from core.releases {of('silent')}") == []
    assert ask(tagged, f"select distinct family from core.channels {of('silent')} order by 1") == [
        ("code",), ("members",)
    ]  # fmt: skip
    assert ask(tagged, f"select count(*) from metrics.monthly {of('silent')} and metric = 'releases'") == [(0,)]


def months(where, slug, metric, *wanted):
    sql = f"select value, state from metrics.monthly {of(slug)} and metric = '{metric}' and month = '{{}}-01'"
    return [row for month in wanted for row in ask(where, sql.format(month))]


def test_a_month_without_a_release_is_zero_only_if_it_was_seen(tagged):
    found = months(tagged, "quiet", "releases", "2025-03", "2025-04", "2025-05", "2026-05")
    assert found == [(0, "observed"), (1, "observed"), (0, "observed"), (None, "unobserved")]


def test_a_frozen_copy_proves_nothing_after_its_newest_release(tagged):
    assert months(tagged, "frozen", "releases", "2025-04", "2025-05") == [(1, "observed"), (None, "unobserved")]
    assert months(tagged, "frozen", "commits", "2025-04", "2025-05") == [(2, "observed"), (2, "observed")]


# ---- the list of series ----------------------------------------------------------------------------------------

LIST = b"""\
---
- name: wren
  release-id: 2026.10
  status: future
  slurp: yes
  initial-release: 2026-09-30
  next-phase:
    status: development
    date: 2026-03-01
- name: tern
  status: development
  initial-release: 2026-03-18
- name: swift
  release-id: 2025.2
  status: maintained
  initial-release: 2025-10-01
  signing-key:
    key: 0123456789abcdef
    start: 2025-04-07
    end: present
- name: robin
  status: end of life
  initial-release: 2025-04-02
  eol-date: 2025-12-24
"""


def test_a_list_is_read_as_it_stands():
    assert series(LIST).to_pylist() == [
        {"name": "wren", "release_id": "2026.10", "status": "future", "initial_release": date(2026, 9, 30),
         "end_of_life": None},
        {"name": "tern", "release_id": None, "status": "development", "initial_release": date(2026, 3, 18),
         "end_of_life": None},
        {"name": "swift", "release_id": "2025.2", "status": "maintained", "initial_release": date(2025, 10, 1),
         "end_of_life": None},
        {"name": "robin", "release_id": None, "status": "end of life", "initial_release": date(2025, 4, 2),
         "end_of_life": date(2025, 12, 24)},
    ]  # fmt: skip
    assert series(LIST).schema.equals(SERIES)
    assert series(b"[{name: owl, status: future}]").column("initial_release").to_pylist() == [None]


LAUGHS = b"\n".join(
    [b"- &a0 [lol, lol]"] + [b"- &a%d [%s]" % (n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
)
MERGES = b"\n".join(
    [b"- &a0 {name: a}"] + [b"- &a%d {<<: [%s]}" % (n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
)
NO_LISTS = {
    "empty": (b"", "no list of series"),
    "blank": (b" \n\n", "no list of series"),
    "nothing in it": (b"[]", "no list of series"),
    "text": (b"Please log in.", "no list of series"),
    "mapping": (b"message: Not Found", "no list of series"),
    "page": (b"\n <!DOCTYPE html><title>Sign in</title>", "a web page came instead"),
    "not YAML": (b"- name: [", "not YAML"),
    "tab": (b"\t- name: a", "not YAML"),
    "zero bytes": (b"\0" * 50, "not YAML"),
    "no UTF-8": (b"- name: \xe9\xe8\n  status: x", "not YAML"),
    "two documents": (LIST + LIST, "not YAML"),
    "texts": (b"- wren\n- tern", "series 1 of the list is no mapping"),
    "no name": (b"- {status: future}", "series 1 of the list: name: missing"),
    "no status": (b"- {name: a, status: b}\n- {name: c}", "series 2 of the list: status: missing"),
    "name as list": (b"- {name: [a], status: b}", "name: missing, or not a few plain words"),
    "address as name": (b"- {name: jane@example.org, status: b}", "name: missing, or not"),
    "markup as name": (b"- {name: <b>a</b>, status: b}", "name: missing, or not"),
    "long name": (b"- {name: " + b"9" * 100_000 + b", status: b}", "name: missing, or not"),
    "huge number": (b"- {name: a, status: b, release-id: " + b"9" * 100_000 + b"}", "release-id: missing, or not"),
    "empty number": (b"- {name: a, status: b, release-id: }", "release-id: missing, or not"),
    "twice": (LIST + b"- {name: wren, status: b}", "stands in the list twice"),
    "no such day": (LIST.replace(b"2026-09-30", b"2026-09-31"), "initial-release: there is no day 2026-09-31"),
    "year 0": (LIST.replace(b"2026-09-30", b"0000-01-01"), "initial-release: there is no day 0000-01-01"),
    "year 10000": (LIST.replace(b"2026-09-30", b"10000-01-01"), "initial-release: not a date"),
    "other days": (LIST.replace(b"2026-09-30", b"2026-W40-3"), "initial-release: not a date"),
    "no date": (LIST.replace(b"2025-12-24", b"soon"), "series 4 of the list: eol-date: not a date"),
    "laughs": (LAUGHS, "nested too deeply, or has references"),
    "merges": (MERGES, "nested too deeply, or has references"),
    "into itself": (b"&a [*a]", "nested too deeply, or has references"),
    "deep": (b"[" * 100_000, "nested too deeply, or has references"),
    "deep blocks": (b"- " * 100_000 + b"a", "nested too deeply, or has references"),
    "command": (b"- !!python/object/apply:os.system [exit]", "series 1 of the list is no mapping"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "reason"), NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_of_series_is_refused(page, reason):
    with pytest.raises(ValueError, match=r"^(the |a |series ).*$") as refused:
        series(page)
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 100


@given(st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(LIST.split(b"\n")), max_size=12).map(b"\n".join)))
def test_any_page_is_a_list_or_refused(page):
    try:
        rows = series(page)
    except ValueError:
        return
    assert rows.num_rows > 0
    assert None not in rows.column("name").to_pylist() + rows.column("status").to_pylist()


def lists(slug, **facts):
    urls = (f"https://forge.example.org/{slug}.yaml",)
    return Source(slug, "series", "series_status", urls, date(2025, 2, 1), "Invented.", **facts)


def land_list(where, slug, page, seen_at=SEEN):
    visit = Visit(slug, "series", "series_status", f"{slug}.yaml", lists(slug).urls[0], seen_at, Verdict.OK)
    store.land(where, Harvest(visit, 0.0, SERIES, [series(page)], []))


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """Communities with lists of series: one with a repository too, two of one list on two days, a frozen copy."""
    top = tmp_path_factory.mktemp("listed")
    where = Folders(top / "data", top / "communities", top / "site")
    done = LIST.replace(b"development", b"maintained").replace(b"future", b"maintained")
    land(where, source("birds"), "birds/one", monthly(1, range(14)))
    land_list(where, "birds", LIST)
    land_list(where, "before", done.replace(b"2025-04-02", b"1970-01-01"), datetime(2026, 3, 17, 23, tzinfo=UTC))
    land_list(where, "after", done, datetime(2026, 3, 18, 3, tzinfo=UTC))
    land_list(where, "copied", LIST)
    named = [
        community("birds", source("birds"), lists("birds")),
        *(community(s, lists(s)) for s in ("before", "after")),
        community("copied", lists("copied", snapshot=True)),
    ]
    build_tables(where, named, TODAY)
    return where


def test_a_series_is_a_release_when_its_day_has_come_and_it_is_no_longer_planned(listed):
    columns = "version, name, kind, released_at, dated_by, month, repository, tag, source, seen_at"
    seen = SEEN.replace(tzinfo=None)
    assert ask(listed, f"select {columns} from core.releases {of('birds')} order by 1") == [
        ("2025.2", "swift", "feature", date(2025, 10, 1), "series", date(2025, 10, 1), None, None, "series", seen),
        ("robin", "robin", "feature", date(2025, 4, 2), "series", date(2025, 4, 1), None, None, "series", seen),
    ]


def test_what_was_planned_for_a_day_after_the_visit_is_no_release(listed):
    sql = "select version, month from core.releases {} order by 1"
    assert ask(listed, sql.format(of("before"))) == [("2025.2", date(2025, 10, 1)), ("robin", None)]
    assert [version for version, _ in ask(listed, sql.format(of("after")))] == ["2025.2", "robin", "tern"]


def test_a_frozen_list_proves_nothing_after_its_newest_series(listed):
    found = months(listed, "copied", "releases", "2025-04", "2025-09", "2025-10")
    assert found == [(1, "observed"), (0, "observed"), (None, "unobserved")]


def test_a_list_of_series_leaves_the_code_family_alone(listed):
    rows = ask(listed, f"select family, state, count(*) from core.channels {of('birds')} group by all order by all")
    assert rows == [
        ("code", "observed", 14), ("code", "partial", 1), ("members", "observed", 14), ("members", "partial", 1),
        ("releases", "not_applicable", 1), ("releases", "observed", 13), ("releases", "partial", 1),
    ]  # fmt: skip
    ranked = "select distinct family, community from rankings.monthly where state <> 'no source' order by 1"
    assert ask(listed, ranked) == [("code", "birds"), ("overall", "birds"), ("people", "birds")]
    states = ask(listed, f"select state, count(*) from core.coverage {of('birds')} and source = 'series' "
                         "group by all order by 1")  # fmt: skip
    assert states == [("not_started", 1), ("partial", 1), ("seen", 13)]


# ---- the spider ------------------------------------------------------------------------------------------------


ETAG, DATED = {"ETag": '"a1"'}, {"Last-Modified": "Wed, 18 Mar 2026 10:00:00 GMT"}
SHORTER, LONGER = LIST.partition(b"- name: robin")[0], LIST + b"- {name: owl, status: maintained}\n"
FIRST_NIGHT = {
    "etag": ((200, ETAG, LIST), "ok", ""),
    "dated": ((200, DATED, LIST), "ok", ""),
    "plain": ((200, {}, LIST), "ok", ""),
    "grows": ((200, ETAG, LIST), "ok", ""),
    "shrinks": ((200, {}, LIST), "ok", ""),
    "turns": ((200, ETAG, LIST), "ok", ""),
    "odd-etag": ((200, {"ETag": '"' + "x" * 500 + '"'}, LIST), "ok", ""),
    "login": ((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), "failed", "a web page came instead"),
    "refresh": ((200, {"Content-Type": "text/html"}, b'<meta http-equiv="refresh" content="0;url=/etag.yaml">'),
                "failed", "a web page came instead"),
    "empty": ((200, {}, b""), "failed", "no list of series"),
    "laughs": ((200, {}, LAUGHS), "failed", "references"),
    "no-content": ((204, {}, b""), "failed", "no list of series"),
    "unasked-304": ((304, {}, b""), "failed", "no list of series"),
    "missing": ((404, {}, b"no"), "gone", "the server answered 404"),
    "removed": ((410, {}, b"no"), "gone", "the server answered 410"),
    "locked": ((401, {}, b"no"), "refused", "the server answered 401"),
    "walled": ((403, {}, b"<html>robot?</html>"), "refused", "the server answered 403"),
    "limited": ((429, {}, b"no"), "refused", "the server answered 429"),
    "broken": ((500, {}, b"no"), "failed", "the server answered 500"),
    "moved": ((302, {"Location": "/etag.yaml"}, b""), "failed", "302: moved to /etag.yaml; the catalogue must name"),
    "lured": ((301, {"Location": "file:///etc/passwd"}, b""), "failed", "the catalogue must name the new address"),
    "private": ((200, {}, LIST), "refused", "robots.txt"),
    "huge": ((200, {}, LIST + b"#" * LARGEST_FILE), "failed", ""),
    "cut": ((200, {"Content-Length": "9999", "Connection": "close"}, LIST), "failed", ""),
}  # fmt: skip
SECOND_NIGHT = {
    "etag": ((200, ETAG, LIST), "unchanged", ""),
    "dated": ((200, DATED, LIST), "unchanged", ""),
    "plain": ((200, {}, LIST), "unchanged", ""),
    "grows": ((200, {"ETag": '"a2"'}, LONGER), "ok", ""),
    "shrinks": ((200, {}, SHORTER), "shrunk", "shrank from 4 to 3: the earlier harvest is kept"),
    "turns": ((200, {}, b"<html>Sign in</html>"), "failed", "a web page came instead"),
    "odd-etag": ((200, ETAG, LIST), "unchanged", ""),
    "missing": ((200, {}, LIST), "ok", ""),
}
ROBOTS = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private.yaml\n")


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two nights of the real spider against one server; returns folder, visits and requests of both."""
    top = tmp_path_factory.mktemp("nights")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    told = []
    with pytest.MonkeyPatch.context() as patch, forge({}) as server:
        patch.setenv("STACKRANK_KEY", KEY)
        base = f"http://127.0.0.1:{server.server_address[1]}"
        blocks = [
            f'[[sources]]\nname = "{name}"\nkind = "series_status"\nsince = 2025-02-01\nwhy = "Invented."\n'
            f'urls = ["{base}/{name}.yaml"]\n' for name in FIRST_NIGHT
        ]  # fmt: skip
        head = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2025-01-01\n'
        (where.communities / "birds.toml").write_text(head + "\n".join(blocks))
        (birds,) = load_catalogue(where.communities)
        for night in (FIRST_NIGHT, SECOND_NIGHT):
            server.answers = {f"/{name}.yaml": answer for name, (answer, _, _) in night.items()}
            server.answers["/robots.txt"] = ROBOTS
            server.asked.clear()
            sources = [s for s in birds.sources if s.name in night]
            told.append((collect(where, sources), list(server.asked)))
    return where, told


@pytest.mark.long
@pytest.mark.parametrize("night", [0, 1])
def test_every_answer_has_its_verdict(nights, night):
    expected = (FIRST_NIGHT, SECOND_NIGHT)[night]
    collected, _ = nights[1][night]
    assert collected.unvisited == ()
    found = {visit.source: visit for visit in collected.visits}
    assert {name: str(v.verdict) for name, v in found.items()} == {
        n: verdict for n, (_, verdict, _) in expected.items()
    }
    for name, (_, verdict, reason) in expected.items():
        assert reason in found[name].reason
        assert bool(found[name].reason) == (verdict not in ("ok", "unchanged")), name


@pytest.mark.long
def test_what_we_hold_is_asked_for_on_condition_and_addresses_are_not_followed(nights):
    _, ((first, asked), (second, again)) = nights
    assert {"If-None-Match", "If-Modified-Since"}.isdisjoint(name for _, headers in asked for name in headers)
    counts = [path for path, _ in asked]
    assert counts.count("/etag.yaml") == 1
    assert counts.count("/broken.yaml") == 3
    assert "/private.yaml" not in counts
    sent = dict(again)
    assert sent["/etag.yaml"]["If-None-Match"] == ETAG["ETag"]
    assert sent["/dated.yaml"]["If-Modified-Since"] == DATED["Last-Modified"]
    assert "If-None-Match" not in sent["/odd-etag.yaml"]
    assert all(v.key_id is None and v.reader == "series_status/1" for v in (*first.visits, *second.visits))
    unchanged = next(v for v in second.visits if v.source == "etag")
    assert (unchanged.observations, unchanged.etag) == (4, ETAG["ETag"])


@pytest.mark.long
def test_only_a_complete_list_replaces_what_was_held(nights):
    held = stored_visits(nights[0].observations)
    rows = {source: visit.observations for (_, source, unit), visit in held.items() if unit == f"{source}.yaml"}
    kept = dict.fromkeys(("etag", "dated", "plain", "shrinks", "turns", "odd-etag", "missing"), 4)
    assert rows == kept | {"grows": 5}


@pytest.mark.long
def test_a_list_read_by_an_older_reader_is_asked_for_whole(nights, monkeypatch):
    from spiders.code.series_status import SeriesStatusSpider
    from spiders.core.responses import conditions

    where = nights[0]
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(where.communities))
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    spider = SeriesStatusSpider(sources="birds/etag")
    (etag,) = spider.sources
    assert conditions(spider.current_visit(etag, "etag.yaml")) == {"If-None-Match": ETAG["ETag"]}
    monkeypatch.setattr(spider, "reader", "series_status/2")
    assert conditions(spider.current_visit(etag, "etag.yaml")) == {}


@pytest.mark.long
def test_the_night_and_the_build_make_one_database(nights):
    where = nights[0]
    birds = load_catalogue(where.communities)
    build_tables(where, birds, datetime.now(UTC).date())
    rows = ask(where, "select version, source from core.releases order by 1")
    assert rows == [("2025.2", "etag"), ("robin", "etag")]
    assert ask(where, "select sum(observations) from raw.units") == [(7 * 4 + 5,)]
    assert ask(where, "select distinct state from core.coverage where source = 'walled'") == [("gap",)]


# ---- the demo ---------------------------------------------------------------------------------------------


def test_the_demo_serves_an_invented_list_and_says_when_it_is_unchanged(tmp_path):
    four = load_catalogue(CATALOGUE)
    sources = [s for c in four for s in c.sources if s.enabled]
    root = tmp_path / "served"
    invented.write(root, sources, TODAY)
    assert [file.name for file in root.rglob("*") if file.is_file()] == ["series_status.yaml"]
    with serve(root) as server:
        catalogue.write_communities(CATALOGUE, tmp_path / "live", server.base_url, snapshot=False)
        catalogue.write_communities(CATALOGUE, tmp_path / "frozen", server.base_url, snapshot=True)
        (lists,) = (s for c in load_catalogue(tmp_path / "live") for s in c.sources if s.kind == "series_status")
        address = urlsplit(lists.urls[0])
        (status, page), etag = get(address)
        assert (status, get(address, etag)[0]) == (200, (304, b""))
        assert get(address._replace(path="/opendev.org/none.yaml"))[0][0] == 404
        assert get(address._replace(path="/opendev.org/../../live/birds.yaml"))[0][0] == 404
        assert server.complaints == []
    rows = series(page).to_pylist()
    assert {r["status"] for r in rows} == {"development", "maintained", "end of life"}
    assert min(r["initial_release"] for r in rows) >= lists.since
    assert all((r["status"] == "development") == (r["initial_release"] > TODAY) for r in rows)
    frozen = [s for c in load_catalogue(tmp_path / "frozen") for s in c.sources]
    assert [s.enabled for s in frozen if s.kind == "series_status"] == [False]
    live = load_catalogue(tmp_path / "live")
    assert [c.release_dates for c in live] == [c.release_dates for c in four]
    assert [s.releases for c in live for s in c.sources] == [s.releases for c in four for s in c.sources]


def get(address, etag=None):
    connection = http.client.HTTPConnection(address.netloc)
    connection.request("GET", address.path, headers={"If-None-Match": etag} if etag else {})
    answer = connection.getresponse()
    content = (answer.status, answer.read())
    connection.close()
    return content, answer.headers["ETag"]


def test_a_repository_s_own_files_are_not_served(tmp_path):
    secret = tmp_path / "h" / "a" / "b.git" / "hooks.yaml"
    secret.parent.mkdir(parents=True)
    secret.write_text("x")
    (tmp_path / "h" / "list.yaml").write_text("x")
    assert places.page(tmp_path, "h/list.yaml") == tmp_path / "h" / "list.yaml"
    for place in ("h/a/b.git/hooks.yaml", "h/../h/list.yaml", "h//list.yaml", "h/list", "h"):
        assert places.page(tmp_path, place) is None, place


def test_the_demo_makes_the_list_of_every_source_of_series(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(run.histories, "generate", lambda *_: None)
    four = load_catalogue(CATALOGUE)
    _, root = run.prepare(None, four)
    urls = [url for c in four for s in c.sources if s.kind == "series_status" for url in s.urls]
    assert len(urls) == 1
    assert all((root / places.place(url)).is_file() for url in urls)


# ---- the real tags ---------------------------------------------------------------------------------------------

REAL = {
    "cloudstack/core": "apache__cloudstack",
    "eucalyptus/eucalyptus": "eucalyptus__eucalyptus",
    "eucalyptus/corymbia": "Corymbia__eucalyptus",
    "opennebula/core": "OpenNebula__one",
}


CANDIDATE = re.compile(r"(?i)rc|alpha|beta|prerelease|-m\d|-s0|\.(80|85|90)$")
STRAYS = {
    "cloudstack/core": {"2.1.98", "2.1.99", "4.11.1", "ovm3", "tag-Acton", "tag-zbaremetal", "tag-2.1.10.zucchini",
                        "tag-2.2.10-2", "tag-2.2.14-P2", "patch-13777/13375-fix"},
    "opennebula/core": {"psych", "release-1.8.0", "release-5.11.8", "release-4.12.0", "release-3.2-s1",
                        "release-3.8.3-2"},
    "eucalyptus/eucalyptus": {"jaunty", "karmic", "2.0-branch", "ha-baseline"},
}  # fmt: skip
"""Tags of the real histories that are neither a release nor a candidate, each looked at by a person."""


@NEEDS_BUNDLES
@pytest.mark.parametrize("source_id", STRAYS)
def test_no_release_of_the_real_histories_is_lost_and_no_candidate_or_stray_is_among_them(source_id):
    """Every tag is a release, or looks like a candidate, or is a known stray; and never two of these."""
    known = {s.id: s for c in load_catalogue(CATALOGUE) for s in c.sources}[source_id]
    heads = subprocess.run(["git", "bundle", "list-heads", BUNDLES / f"{REAL[source_id]}.bundle"],
                           capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
    tags = {head.removeprefix("refs/tags/") for head in heads if head.startswith("refs/tags/")}
    released = {name for name in tags if re.fullmatch(known.releases, name)}
    released -= {name for name in tags for rule in known.not_releases if re.fullmatch(rule, name)}
    assert {name for name in released if CANDIDATE.search(name)} == set()
    assert released.isdisjoint(STRAYS[source_id])
    rest = {name for name in tags - released if not CANDIDATE.search(name)} - STRAYS[source_id]
    builds = ("TAG_", "tag_")  # of the company's other product
    assert {name for name in rest if not name.startswith(builds) and "fixup" not in name} == set()
    assert len(released) > 30


@NEEDS_BUNDLES
def test_the_releases_of_the_real_histories(where):
    four = load_catalogue(CATALOGUE)
    for each in (s for c in four for s in c.sources if s.id in REAL):
        name = REAL[each.id]
        heads = subprocess.run(["git", "bundle", "list-heads", BUNDLES / f"{name}.bundle"],
                               capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
        tags = [tag(head.removeprefix("refs/tags/"), None) for head in heads if head.startswith("refs/tags/")]
        assert len(tags) > 50
        land(where, each, units(each)[0], [row(7, datetime(2025, 3, 1))], tags)
    payload = SHARED / "payloads/openstack-releases/series_status.yaml"
    openstack = next(s for c in four for s in c.sources if s.kind == "series_status")
    visit = Visit("openstack", openstack.name, openstack.kind, "series_status.yaml", openstack.urls[0],
                  datetime(2026, 8, 15, tzinfo=UTC), Verdict.OK)  # fmt: skip
    store.land(where, Harvest(visit, 0.0, SERIES, [series(payload.read_bytes())], []))
    build_tables(where, four, date(2026, 8, 20))
    counts = ask(where, "select community, count(*), count(*) filter (kind = 'feature') from core.releases "
                        "group by all order by 1")  # fmt: skip
    assert counts == [("cloudstack", 78, 19), ("eucalyptus", 44, 16), ("opennebula", 140, 33), ("openstack", 33, 33)]
    named = dict(ask(where, "select name, released_at from core.releases where community = 'openstack'"))
    out = [s for s in yaml.safe_load(payload.read_text()) if s["status"] not in ("future", "development")]
    assert named == {s["name"]: s["initial-release"] for s in out}, "every series, on the day that its list states"
    assert (min(named.values()), max(named.values())) == (date(2010, 10, 21), date(2026, 4, 1))
    assert (named["folsom"], named["havana"]) == (date(2012, 9, 27), date(2013, 10, 17))
    versions = {
        version for (version,) in ask(where, "select version from core.releases where community = 'cloudstack'")
    }
    with (SHARED / "series" / "cloudstack_release_commits.tsv").open() as lines:
        commits = [line for line in csv.DictReader(lines, delimiter="\t") if line["commit_date"] < "2021-10"]
    prepared = {re.search(r"release (\S+)$", line["subject"])[1] for line in commits}
    assert len(prepared) > 20
    assert prepared <= versions
