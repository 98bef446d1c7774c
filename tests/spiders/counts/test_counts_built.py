"""What the build makes of counts: registered members by month, figures that were published, definitions."""

from datetime import date
from types import SimpleNamespace

import pytest
from support.counts import ask, held_before
from support.walk import TODAY

from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, Folders
from pipelines.warehouse import query
from pipelines.warehouse.build import CheckFailedError, build_database


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Flock has members who were counted now and then; Herd nobody counts; the figures are those of data/history."""
    top = tmp_path_factory.mktemp("built")
    where = Folders(top / "data", CATALOGUE, top / "site")
    declared = load_catalogue(CATALOGUE)
    source = next(s for c in declared for s in c.sources if s.id == "openstack/members")
    days = [date(2026, 1, 31), date(2026, 2, 10), date(2026, 5, 2)]
    for number, day in enumerate(days):
        past = (TODAY - day).days
        rows = [{"measure": "individual_members", "value": 100 + number}]
        held_before(where, source, "members", rows, past, url="https://register.example.org/members")
    late = [{"measure": "individual_members", "value": 7, "day": day, "basis": "restated"}
            for day in (date(2025, 12, 31), days[0])]  # fmt: skip
    held_before(where, source, "joined", late, 5, url="https://register.example.org/members")
    build_database(where, declared, date(2026, 7, 10))
    return SimpleNamespace(where=where)


@pytest.mark.long
def test_registered_members_are_the_last_count_of_45_days_before_a_months_end(built):
    rows = ask(built, "select strftime(month, '%Y-%m'), value, state from metrics.monthly where metric = 'registered' "
                      "and community = 'openstack' and month >= '2025-12-01' order by month")  # fmt: skip
    assert rows == [
        ("2025-12", 7, "partial"), ("2026-01", 100, "observed"), ("2026-02", 101, "observed"),
        ("2026-03", None, "unobserved"), ("2026-04", None, "unobserved"), ("2026-05", 102, "observed"),
        ("2026-06", None, "unobserved"), ("2026-07", None, "unobserved"),
    ]  # fmt: skip
    others = ask(built, "select distinct community from metrics.monthly where metric = 'registered' order by 1")
    assert others == [("opennebula",), ("openstack",)], "committers are no members, and Eucalyptus has none"
    before = ask(built, "select distinct state from metrics.monthly where metric = 'registered' "
                        "and community = 'openstack' and month < '2012-07-01'")  # fmt: skip
    assert before == [("not_applicable",)]


@pytest.mark.long
def test_what_was_stated_goes_before_what_is_restated_later(built):
    rows = ask(
        built, "select value, basis from core.counts where day = '2026-01-31' and measure = 'individual_members'"
    )
    assert rows == [(100, "stated")]


@pytest.mark.long
def test_published_figures_stand_beside_with_their_source(built):
    rows = ask(built, "select day, value, basis, url from core.counts where community = 'openstack' "
                      "and basis = 'published' order by day")  # fmt: skip
    assert rows[1] == (date(2012, 9, 30), 5600, "published", "foundation announcement 2012-09")
    assert [value for _, value, _, _ in rows] == [5000, 5600, 6710, 18000], "a talk's 10,000 were other members"


COMMITTEES = """
select measure, value from core.counts
where community = 'cloudstack' and basis = 'published' and day <= $day and month >= '2018-01-01'
qualify row_number() over (partition by measure order by day desc) = 1 order by measure
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("month", "committers", "committee"), [("2018-04-30", 117, 47), ("2020-01-31", 121, 51), ("2022-01-31", 130, 52),
                                           ("2024-01-01", 134, 54), ("2024-10-31", 138, 57)],
)  # fmt: skip
def test_committers_and_committee_of_cloudstack_are_as_published(built, month, committers, committee):
    table = query.ask(built.where.database, COMMITTEES, {"day": date.fromisoformat(month)})
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("committers", committers),
        ("pmc_members", committee),
    ]


@pytest.mark.long
def test_a_count_without_a_definition_stops_the_build(alone):
    rows = [{"measure": "walks", "value": 5}]
    held_before(alone.where, alone.source("openinfra"), "members", rows, 1, url=alone.source("openinfra").urls[0])
    with pytest.raises(CheckFailedError, match="every count has a measure and stands once"):
        build_database(alone.where, load_catalogue(alone.where.communities), TODAY)
