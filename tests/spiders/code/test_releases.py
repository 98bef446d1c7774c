"""What the build makes of tags: lines of versions, their dates, months with and without a release."""

from dataclasses import replace
from datetime import date

import pytest
from support.builders import community, land, monthly, source
from support.releases import months, of, tag
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.urls import units
from pipelines.folders import Folders
from pipelines.model import ReleaseDate

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
        for each, tags in sources:
            land(where, each, units(each)[0], monthly(1, range(14), authors=1), tags)
        stated = STATED if slug == "twice" else ()
        named.append(replace(community(slug, *(of for of, _ in sources)), release_dates=stated))
    build_tables(where, named, LATER)
    return where


@pytest.mark.long
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
        ("code",), ("people",)
    ]  # fmt: skip
    assert ask(tagged, f"select count(*) from metrics.monthly {of('silent')} and metric = 'releases'") == [(0,)]


def test_a_month_without_a_release_is_zero_only_if_it_was_seen(tagged):
    found = months(tagged, "quiet", "releases", "2025-03", "2025-04", "2025-05", "2026-05")
    assert found == [(0, "observed"), (1, "observed"), (0, "observed"), (None, "unobserved")]


def test_a_frozen_copy_proves_nothing_after_its_newest_release(tagged):
    assert months(tagged, "frozen", "releases", "2025-04", "2025-05") == [(1, "observed"), (None, "unobserved")]
    assert months(tagged, "frozen", "commits", "2025-04", "2025-05") == [(2, "observed"), (2, "observed")]
