"""The demo shows measured months: their commits, people and releases, and which months those are."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.served import ONE, TODAY, git, source

from flows.demo import histories, places, totals
from flows.demo.totals import Window
from pipelines.catalogue.history import Figure


def figure(metric: str, month: date, value: float, community: str = "birds", quality: str = "measured") -> Figure:
    return Figure(community, metric, "", f"{month:%Y-%m}", value, quality, "counted", month, "a.csv")


def figures(month: date, *values: float, community: str = "birds", quality: str = "measured") -> list[Figure]:
    metrics = ("commits", "code_people", "new_code_people", "code_committers", "releases")
    named = zip(metrics, values, strict=False)
    return [figure(metric, month, value, community, quality) for metric, value in named]


MONTHS = {  # commits, people, newcomers, committers, releases
    date(2025, 1, 1): (20, 9, 9, 5, 0),
    date(2025, 2, 1): (7, 7, 2, 0, 1),
    date(2025, 3, 1): (0, 0, 0, 0, 0),
    date(2025, 4, 1): (30, 3, 1, 6, 0),
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Window]:
    """Two repositories of one community, with the totals of MONTHS."""
    root = tmp_path_factory.mktemp("measured")
    told = [figure for month, values in MONTHS.items() for figure in figures(month, *values)]
    window = totals.windows(told, whole=True)["birds"]
    birds = source(f"git+https://{ONE}", "git+https://forge.example.org/birds/two", since=date(2025, 1, 1),
                   releases=r"release-(\d+\.\d+\.\d+)")  # fmt: skip
    histories.generate(root, [birds], TODAY, {"birds": window})
    return root, window


def test_a_measured_month_has_its_commits_and_people_over_all_repositories(measured: tuple[Path, Window]) -> None:
    root, window = measured
    rows = [
        tuple(line.split("|"))
        for bare in places.served(root).values()
        for line in git("-C", bare, "log", "--no-merges", "--format=%an|%cn|%ct|%H", "HEAD").splitlines()
    ]
    people = [row for row in rows if row[0] != "dependabot[bot]"]
    assert len(people) < len(rows)
    known: set[str] = set()
    for month, (commits, authors, newcomers, committers, _) in MONTHS.items():
        mine = [row for row in people if f"{datetime.fromtimestamp(int(row[2]), UTC):%Y-%m}" == f"{month:%Y-%m}"]
        names = {row[0] for row in mine}
        assert (len(mine), len(names), len(names - known)) == (commits, authors, newcomers), month
        assert len({row[1] for row in mine} - {"GitHub"}) == committers, month
        known |= names
    assert 0 < sum(int(row[2]) >= datetime(2025, 5, 1, tzinfo=UTC).timestamp() for row in rows) < 15
    assert max(int(row[2]) for row in rows) < datetime(2025, 5, 6, tzinfo=UTC).timestamp()
    assert window.end == date(2025, 5, 6)


def test_a_measured_release_is_tagged_as_the_source_wants_it(measured: tuple[Path, Window]) -> None:
    root, _ = measured
    tags = {tag for bare in places.served(root).values() for tag in git("-C", bare, "tag").split()}
    assert tags == {"release-2025.2.0", "release-2025.2.0-rc1"}


def test_a_window_is_five_years_up_to_the_newest_month_of_most() -> None:
    told = []
    for community, newest in (("ended", date(2021, 6, 1)), ("one", date(2026, 6, 1)), ("ahead", date(2026, 7, 1))):
        months = [date(newest.year - years, newest.month, 1) for years in range(9)]
        told += [f for month in months for f in figures(month, 5, 3, 1, 2, community=community)]
    told += figures(date(2026, 12, 1), 9, 9, 9, 9, community="one", quality="stated")
    told += [figure("commits", date(2026, 12, 1), 9, "one")]
    found = totals.windows(told, whole=False)
    spans = {name: (f"{w.first:%Y-%m}", f"{w.last:%Y-%m}", w.frozen) for name, w in found.items()}
    assert spans == {
        "ended": ("2016-07", "2021-06", True),
        "one": ("2021-07", "2026-06", False),
        "ahead": ("2021-07", "2026-06", False),
    }
    assert {w.first for w in totals.windows(told, whole=True).values()} == {
        date(2013, 6, 1), date(2018, 6, 1), date(2018, 7, 1)
    }  # fmt: skip
    assert found["ended"].narrow(source()).snapshot
    assert found["ended"].narrow(source()).since == date(2025, 10, 1)
    assert found["one"].narrow(source(since=date(2010, 1, 1))).since == date(2021, 7, 1)
    whole = totals.windows(told, whole=True)["one"]
    git_and_mail = [whole.narrow(source(since=date(2010, 1, 1), kind=kind)) for kind in ("git", "pipermail")]
    assert [(s.since, s.until) for s in git_and_mail] == [
        (date(2018, 6, 1), None),
        (date(2012, 7, 1), date(2013, 6, 30)),
    ]
    assert not whole.narrow(source(since=date(2014, 1, 1), kind="pipermail")).enabled
    mail = found["one"].narrow(source(since=date(2010, 1, 1), until=date(2025, 6, 1), kind="pipermail"))
    assert (mail.since, mail.until) == (date(2024, 7, 1), date(2025, 6, 1))
    assert totals.windows([], whole=False) == {}
