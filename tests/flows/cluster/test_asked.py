"""Each lane knows how many units were asked of its hosts, from the visits of the night and of the hours before."""

from datetime import UTC, datetime, timedelta

import pytest
from support.builders import source, visit

from flows.cluster.asked import Asked
from flows.hosts import groups_of
from pipelines.landing.asked import recent_visits
from pipelines.landing.visits import log_visit
from spiders.core.base import _read_asked
from spiders.core.budget import Budget

HOST = "forge.example.org"
FIRST, SECOND = source("birds"), source("fish")


def ask(where, of, number, hours=0.0):
    at = datetime.now(UTC) - timedelta(hours=hours)
    for unit in range(number):
        log_visit(where.visits, visit(of, f"{of.community}/{unit}", seen_at=at))


def known(where, lanes):
    return Asked(where.visits, lanes), groups_of([FIRST, SECOND], lanes)


def test_a_lane_counts_what_others_have_asked_and_its_spider_counts_its_own(where):
    ask(where, FIRST, 30, hours=3)
    ask(where, SECOND, 5, hours=3)
    ask(where, SECOND, 100, hours=13)
    asked, (group,) = known(where, {})
    assert asked.by_others(group) == {HOST: 0}
    budget = Budget(recent_visits(where.visits, datetime.now(UTC), group.sources), 36, (), _read_asked(f"{HOST}=0"))
    assert (budget.take(HOST), budget.take(HOST)) == (True, False)


def test_each_lane_has_its_own_count_and_its_part_of_what_was_before(where):
    ask(where, FIRST, 30, hours=3)
    asked, (first, second) = known(where, {HOST: 2})
    assert [asked.by_others(group)[HOST] for group in (first, second)] == [0, 15]
    ask(where, SECOND, 7)
    asked.note(second)
    asked.note(second)
    assert [asked.by_others(group)[HOST] for group in (first, second)] == [0, 15]
    third = groups_of([source("cats")], {})[0]
    assert asked.by_others(third) == {HOST: 15}, "of another kind, it has its turn in the first lane"


def test_a_second_group_of_a_lane_knows_the_first_one(where):
    asked, (group,) = known(where, {})
    later = groups_of([source("cats")])[0]
    ask(where, FIRST, 200)
    asked.note(group)
    assert asked.by_others(later) == {HOST: 200}
    assert not Budget((), 200, (), _read_asked(f"{HOST}={asked.by_others(later)[HOST]}")).take(HOST)


@pytest.mark.parametrize("number", [50, 100])
def test_a_lane_reads_the_visits_of_its_own_sources_alone(where, monkeypatch, number):
    sources = [source("birds", f"s{one}") for one in range(number)]
    asked = Asked(where.visits, {})
    read = []
    monkeypatch.setattr("flows.cluster.asked.recent_visits", lambda _, __, of: read.extend(of) or ())
    for group in (groups_of([one])[0] for one in sources):
        asked.by_others(group)
        asked.note(group)
    assert len(read) == number
