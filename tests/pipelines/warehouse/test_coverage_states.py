"""States of coverage: which months of a source were seen, by its visits and its units."""

from datetime import date

import pytest
from support.builders import SEEN, TODAY, community, land, monthly, source, visit
from support.tables_on_demand import ask, build_tables

from pipelines.landing.visits import log_visit, save_plan
from pipelines.model import Plan
from pipelines.warehouse.inputs import read_inputs


def states(where, community_slug, source_name="core"):
    rows = ask(where, "select strftime(month, '%Y-%m'), state from core.coverage "
                      f"where community = '{community_slug}' and source = '{source_name}' order by 1")  # fmt: skip
    return dict(rows)


def test_a_source_has_ended_after_its_last_day(built):
    found = states(built, "fish")
    assert [found[m] for m in ("2025-01", "2025-11", "2025-12", "2026-03")] == ["seen", "seen", "ended", "ended"]


def test_a_repository_that_failed_leaves_its_share_unseen(built):
    assert set(states(built, "birds").values()) == {"partial"}
    rows = ask(built, "select distinct state, round(covered, 3) from metrics.monthly where community = 'birds' "
                      "and metric = 'commits' and month < '2026-03-01'")  # fmt: skip
    assert rows == [("partial", 0.503)], "nobody knows its traffic, so it weighs as much as the largest of the others"


def covered(where, of, visits, rows=None, more=()):
    """The months' states of one source after these visits."""
    land(where, of, "birds/one", rows or monthly(1, range(14)), seen_at=visits[0].seen_at)
    for each in visits:
        log_visit(where.visits, each)
    build_tables(where, [community("birds", of, *more)], TODAY)
    return states(where, "birds", of.name)


@pytest.mark.long
def test_r13_the_running_month_is_partial_and_quiet_months_are_seen(where):
    of = source("birds", since=date(2024, 11, 1))
    found = covered(where, of, [visit(of, "birds/one")])
    assert [found[m] for m in ("2024-11", "2024-12", "2026-02", "2026-03")] == ["seen", "seen", "seen", "partial"]
    zero = ask(where, "select value, state from metrics.monthly where metric = 'commits' and month = '2024-12-01'")
    assert zero == [(0, "observed")]


def test_a_unit_that_a_list_names_and_that_is_left_for_another_night_covers_nothing_and_waits(where):
    of = source("birds")
    save_plan(where.visits, Plan("birds", "core", SEEN, ("birds/one", "birds/two"), ("birds/two",), "later"))
    covered(where, of, [visit(of, "birds/one")])
    rows = ask(where, "select distinct state, covered, units from core.coverage where month = '2025-12-01'")
    assert rows == [("partial", 0.5, 2)]
    before = read_inputs(where, [community("birds", of)], TODAY).sha256
    save_plan(where.visits, Plan("birds", "core", SEEN, ("birds/one", "birds/two")))
    assert read_inputs(where, [community("birds", of)], TODAY).sha256 == before
    save_plan(where.visits, Plan("birds", "core", SEEN, ("birds/one",)))
    assert read_inputs(where, [community("birds", of)], TODAY).sha256 != before
