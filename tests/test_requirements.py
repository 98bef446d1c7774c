"""What other tools were complained about, proven here by tests whose names say which complaint: see README.md here.

The tests below are those that need several rooms at once; most requirements are proven where their code is tested.
"""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_messages import DECEMBER, FEBRUARY, JANUARY, TODAY, land_index, land_month, mail, mailing_list, monthly, where
from test_warehouse import ask, community, land, row, source

from pipelines import landing, warehouse
from pipelines.folders import Folders

__all__ = ["where"]
NIGHT = datetime(2026, 3, 20, 3, tzinfo=UTC)

# ---- R04, R05 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claimed", "month", "clock"), [
    ("Wed, 31 Dec 2025 23:30:00 -0500", JANUARY, "date"),
    ("Thu, 01 Jan 2026 00:30:00 +0500", DECEMBER, "date"),
    ("Thu, 01 Jan 491972 12:00:00 +0000", DECEMBER, "arrived"),
    ("Thu, 01 Jan 1970 00:00:00 +0000", DECEMBER, "arrived"),
    ("31 Dec 2025 25:99:00 -0500", DECEMBER, "arrived"),
])  # fmt: skip
def test_r04_a_message_of_the_december_file_counts_in_its_utc_month_and_says_by_which_clock(
    where, claimed, month, clock
):
    dev = mailing_list()
    land_index(where, dev, {DECEMBER: 1})
    land_month(where, dev, DECEMBER, mail(1, claimed))
    warehouse.build(where, [community("birds", dev)], TODAY)
    assert ask(where, "select month, date_quality, archive_month from core.messages") == [(month, clock, DECEMBER)]
    assert [monthly(where, "messages")[m] for m in (DECEMBER, JANUARY)] == [month == DECEMBER, month == JANUARY]
    moved = ask(where, "select other_month from core.reconciliation where month is not null")
    assert moved == [(int(month != DECEMBER),)]
    by_file = ask(where, "select messages_archive_month from definitions.messages where month = '2025-12-01'")
    assert by_file == [(1,)]


def test_r05_one_message_on_three_lists_is_three_postings_one_message_and_one_sender(where):
    lists = [mailing_list(name) for name in ("dev", "users", "announce")]
    for each in lists:
        land_index(where, each, {DECEMBER: 1})
        land_month(where, each, DECEMBER, mail("same", "05 Dec 2025"))
    warehouse.build(where, [community("birds", *lists)], TODAY)
    assert [monthly(where, m)[DECEMBER] for m in ("postings", "messages", "talk_people", "threads")] == [3, 1, 1, 1]
    assert ask(where, "select postings from core.messages") == [(3,)]
    rows = ask(where, "select first_here, only_here from metrics.by_source where month = '2025-12-01' order by source")
    assert (sum(first for first, _ in rows), sum(only for _, only in rows)) == (1, 0)


# ---- R15 -------------------------------------------------------------------------------------------------------

# Metrics of a month's own observations; those that ask who was new, or which thread began, look at earlier months too.
OF_THE_MONTH = ("messages", "postings", "talk_people", "machine_messages", "commits", "code_people", "code_committers")


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Two lists and a repository over three months; the folders, the catalogue and what is counted of it."""
    top = tmp_path_factory.mktemp("everything")
    where = Folders(top / "data", top / "communities", top / "site")
    dev, users = mailing_list("dev"), mailing_list("users")
    for each in (dev, users):
        land_index(where, each, {DECEMBER: 2, JANUARY: 2, FEBRUARY: 2})
        for month in (DECEMBER, JANUARY, FEBRUARY):
            written = (
                mail(f"{each.name}{month:%m}{n}", f"0{n} {month:%b %Y}", who) for n, who in ((2, "jane"), (3, "joe"))
            )
            land_month(where, each, month, *written)
    core = source("birds", since=DECEMBER)
    commits = [row(n, datetime(2025 + n // 12, n % 12 + 1, 2), f"who{n}") for n in (11, 12, 13)]
    land(where, core, "birds/one", commits, seen_at=NIGHT)
    known = [community("birds", core, dev, users)]
    warehouse.build(where, known, TODAY)
    return where, known, counted(where)


def counted(where):
    rows = ask(where, f"select metric, month, value, state from metrics.monthly where metric in {OF_THE_MONTH}")
    return {(metric, month): (value, state) for metric, month, value, state in rows}


def inputs(where):
    return sorted(path.relative_to(where.data) for path in (where.data / "observations").rglob("*.parquet"))


@settings(max_examples=10, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(chosen={0}, visits_too=False)
@example(chosen={2}, visits_too=False)
@example(chosen={1, 6}, visits_too=True)
@given(chosen=st.sets(st.integers(0, 8), min_size=1, max_size=9), visits_too=st.booleans())
def test_r15_whatever_input_is_deleted_nothing_becomes_a_zero_or_an_observed_number_of_less(
    everything, tmp_path_factory, chosen, visits_too
):
    whole, known, before = everything
    files = inputs(whole)
    assert len(files) == 9
    where = Folders(tmp_path_factory.mktemp("less") / "data", whole.communities, whole.site)
    shutil.copytree(whole.data, where.data, ignore=shutil.ignore_patterns("*.duckdb"))
    for n in chosen:
        (where.data / files[n]).unlink()
    if visits_too:
        shutil.rmtree(where.visits)
    try:
        warehouse.build(where, known, TODAY)
    except warehouse.NothingObservedError:
        assert len(chosen) == 9
        return
    after = counted(where)
    assert after.keys() == before.keys()
    for key, (value, state) in after.items():
        assert (value is None) == (state not in ("observed", "partial")), key
        assert state != "observed" or (value, state) == before[key], (key, before[key], sorted(chosen))


def test_r15_a_harvest_that_is_gone_is_a_gap_however_well_its_visit_went(where):
    dev = mailing_list()
    land_index(where, dev, {DECEMBER: 1, JANUARY: 1})
    for month in (DECEMBER, JANUARY):
        land_month(where, dev, month, mail(f"{month:%m}", f"05 {month:%b %Y}"))
    (where.observations / "birds/dev/2025-12.parquet").unlink()
    warehouse.build(where, [community("birds", dev)], TODAY)
    assert monthly(where, "messages") == {DECEMBER: "unobserved", JANUARY: 1, FEBRUARY: 0}
    assert ask(where, "select state from core.coverage where month = '2025-12-01'") == [("gap",)]
