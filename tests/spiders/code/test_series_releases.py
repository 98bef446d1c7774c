"""What the build makes of lists of series: which series are releases, and which months were seen."""

from datetime import UTC, date, datetime

import pytest
from support.builders import SEEN, TODAY, community, land, monthly, source
from support.releases import months, of
from support.series import LIST
from support.tables_on_demand import ask, build_tables

from pipelines.folders import Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import SERIES
from pipelines.model import Source, Verdict, Visit
from spiders.code.series_status import series


def lists(slug, **facts):
    urls = (f"https://forge.example.org/{slug}.yaml",)
    return Source(slug, "series", "series_status", urls, date(2025, 2, 1), "Invented.", **facts)


def land_list(where, slug, page, seen_at=SEEN):
    visit = Visit(slug, "series", "series_status", f"{slug}.yaml", lists(slug).urls[0], seen_at, Verdict.OK)
    harvest.land(where, Harvest(visit, 0.0, SERIES, [series(page)], []))


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


@pytest.mark.long
def test_a_frozen_list_proves_nothing_after_its_newest_series(listed):
    found = months(listed, "copied", "releases", "2025-04", "2025-09", "2025-10")
    assert found == [(1, "observed"), (0, "observed"), (None, "unobserved")]


def test_a_list_of_series_leaves_the_code_family_alone(listed):
    rows = ask(listed, f"select family, state, count(*) from core.channels {of('birds')} group by all order by all")
    assert rows == [
        ("code", "observed", 14), ("code", "partial", 1), ("people", "observed", 14), ("people", "partial", 1),
        ("releases", "not_applicable", 1), ("releases", "observed", 13), ("releases", "partial", 1),
    ]  # fmt: skip
    ranked = "select distinct family, community from rankings.monthly where state <> 'no source' order by 1"
    assert ask(listed, ranked) == [("code", "birds"), ("overall", "birds"), ("people", "birds")]
    states = ask(listed, f"select state, count(*) from core.coverage {of('birds')} and source = 'series' "
                         "group by all order by 1")  # fmt: skip
    assert states == [("not_started", 1), ("partial", 1), ("seen", 13)]
