"""What is missing shows, and is never a zero or a silent lower rank: silent sources, holes, deleted input.

These are requirements that need several rooms at once; their names carry the number of the complaint.
"""

import shutil
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.builders import community, land, row, source
from support.postings import DECEMBER, FEBRUARY, JANUARY, TODAY, land_index, land_month, mail, mailing_list, monthly
from support.ranking import LEVELS, METRICS, MONTHS, UNSEEN, ranked, steady
from support.tables_on_demand import ask, build_tables

from pipelines.folders import Folders
from pipelines.warehouse.build import NothingObservedError, build_database
from pipelines.warehouse.query import open_database
from reports.answers import ask_rows
from reports.text.freshness import needs_attention, overdue_text

NIGHT = datetime(2026, 3, 20, 3, tzinfo=UTC)


# ---- R01 -------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_r01_a_source_that_went_silent_is_told_although_every_visit_is_good(where):
    """Mail on every other day until 20 January, then none for 59 days; the other list has always had little."""
    dev, users = mailing_list("dev"), mailing_list("users")
    land_index(where, dev, {DECEMBER: 16, JANUARY: 10})
    land_index(where, users, {DECEMBER: 1})
    for month, last in ((DECEMBER, 31), (JANUARY, 20)):
        land_month(where, dev, month, *(mail(f"{month:%m}{n}", f"{n:02} {month:%b %Y}") for n in range(2, last + 1, 2)))
    land_month(where, users, DECEMBER, mail("u", "05 Dec 2025"))
    build_database(where, [community("birds", dev, users)], TODAY)
    with open_database(where.database) as database:
        rows = {row["source"]: row for row in ask_rows(database, "site", "sources")}
    assert (rows["dev"]["quiet_days"], rows["dev"]["usual_days"]) == (59, 2)
    assert overdue_text(rows["dev"]) == "nothing new for 59 days (usual: 2 days); check that it still works"
    assert needs_attention(rows["dev"], NIGHT.replace(tzinfo=None))
    assert (rows["users"]["quiet_days"], overdue_text(rows["users"])) == (None, "")


# ---- R12 -------------------------------------------------------------------------------------------------------


@pytest.mark.long
@settings(max_examples=6, deadline=None, database=None)
@given(
    factors=st.lists(st.floats(0.2, 5), min_size=12, max_size=12),
    gone=st.integers(0, 11),
    who=st.sampled_from([*LEVELS]),
)
def test_r12_a_month_that_is_removed_lowers_no_rank_silently(factors, gone, who):
    """Of a community that goes up and down: the level is the mean of the other months, and their number is told."""
    lively = [
        (*cells[:3], cells[3] * factors[MONTHS.index(cells[2])], *cells[4:]) if cells[0] == who else cells
        for cells in steady(LEVELS)
    ]
    less = [(*c[:3], *UNSEEN, None)[:7] if (c[0], c[2]) == (who, MONTHS[gone]) else c for c in lively]
    whole, _ = ranked(lively)
    holes, components = ranked(less)
    assert (whole[who]["months"], holes[who]["months"]) == (12, 11)
    assert holes[who]["rank"] is not None
    for metric in METRICS:
        seen = [c[3] for c in lively if c[:2] == (who, metric) and c[2] != MONTHS[gone]]
        assert components[who, metric]["level"] == pytest.approx(sum(seen) / 11)
        assert components[who, metric]["state"] == "partial"
    for other in LEVELS.keys() - {who}:
        assert (holes[other]["score"], holes[other]["months"]) == (whole[other]["score"], 12)


# ---- R15 -------------------------------------------------------------------------------------------------------

# Metrics of a month's own observations; those that ask who was new, or which thread began, look at earlier months too.
OF_THE_MONTH = ("messages", "postings", "talk_people", "bot_messages", "commits", "code_people", "code_committers")


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
    build_tables(where, known, TODAY)
    return where, known, counted(where)


def counted(where):
    rows = ask(where, f"select metric, month, value, state from metrics.monthly where metric in {OF_THE_MONTH}")
    return {(metric, month): (value, state) for metric, month, value, state in rows}


def inputs(where):
    return sorted(path.relative_to(where.data) for path in (where.data / "observations").rglob("*.parquet"))


@pytest.mark.long
@settings(max_examples=5, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        build_tables(where, known, TODAY)
    except NothingObservedError:
        assert len(chosen) == 9
        return
    after = counted(where)
    assert after.keys() == before.keys()
    for key, (value, state) in after.items():
        assert (value is None) == (state not in ("observed", "partial")), key
        assert state != "observed" or (value, state) == before[key], (key, before[key], sorted(chosen))


@pytest.mark.long
def test_r15_a_harvest_that_is_gone_is_a_gap_however_well_its_visit_went(where):
    dev = mailing_list()
    land_index(where, dev, {DECEMBER: 1, JANUARY: 1})
    for month in (DECEMBER, JANUARY):
        land_month(where, dev, month, mail(f"{month:%m}", f"05 {month:%b %Y}"))
    (where.observations / "birds/dev/2025-12.parquet").unlink()
    build_tables(where, [community("birds", dev)], TODAY)
    assert monthly(where, "messages") == {DECEMBER: "unobserved", JANUARY: 1, FEBRUARY: 0}
    assert ask(where, "select state from core.coverage where month = '2025-12-01'") == [("gap",)]
