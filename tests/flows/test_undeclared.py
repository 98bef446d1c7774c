"""What is held and no longer declared: said with what it does to the counts, carried over, never mixed or lost."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import builders

from flows.begin import begin_work
from pipelines.landing import set_aside
from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import COUNTS
from pipelines.landing.stored import stored_visits
from pipelines.landing.undeclared import find_undeclared
from pipelines.landing.visits import read_visits
from pipelines.model import Source, Verdict, Visit
from pipelines.warehouse.inputs import read_inputs

API = "https://api.example.org/repos/birds/"
CORE = builders.source("birds", repositories=("nest1",))
STARS = Source(
    "birds", "stars", "github", ("https://api.example.org/repos/birds/nest1",), date(2025, 1, 1), "Invented."
)
SEEN = datetime(2026, 3, 2, tzinfo=UTC)


def birds(*sources, **facts):
    return [replace(builders.community("birds", *sources), **facts)]


@pytest.fixture
def held(where):
    """A repository of two commits, and two days of counts."""
    builders.land(where, CORE, "birds/nest1", builders.monthly(1, range(1)), key_id="k1")
    for day in ("2026-03-01", "2026-03-02"):
        visit = Visit("birds", "stars", "github", f"birds__nest1-{day}", "", SEEN, Verdict.OK)
        batch = pa.RecordBatch.from_pylist([{"measure": "stars", "value": 1}], schema=COUNTS)
        land(where, Harvest(visit, 0.0, COUNTS, [batch], []))
    return where


def said(where, communities):
    return [f"{each.held}: {each.effect}" for each in find_undeclared(where, communities)]


def units(where, communities):
    return sorted((u.visit.source, u.visit.unit) for u in read_inputs(where, communities, builders.TODAY).usable)


ALL = [("core", "birds/nest1"), ("stars", "birds__nest1-2026-03-01"), ("stars", "birds__nest1-2026-03-02")]


def test_what_is_declared_is_not_mentioned(held):
    assert said(held, birds(CORE, STARS)) == []
    assert units(held, birds(CORE, STARS)) == ALL


def test_a_replaced_repository_is_said_and_not_counted_beside_its_successor(held):
    after = builders.source("birds", repositories=("nest2",))
    builders.land(held, after, "birds/nest2", builders.monthly(1, range(1)), key_id="k1")
    assert said(held, birds(after, STARS)) == [
        "birds/core birds/nest1: 8 observations: no url names it: it is left out of all counts"
    ]
    assert units(held, birds(after, STARS)) == [("core", "birds/nest2"), *ALL[1:]]


def test_a_repository_that_a_list_names_no_more_stays(held):
    listed = replace(CORE, urls=(), urls_from="https://example.org/projects.yaml")
    assert units(held, birds(listed, STARS)) == ALL


def test_a_source_that_is_switched_off_keeps_what_it_had_and_is_said(held):
    off = replace(CORE, enabled=False)
    assert said(held, birds(off, STARS)) == [
        "birds/core: 8 observations: it is switched off: what it had stays, and it is a gap from March 2026 on"
    ]
    assert units(held, birds(off, STARS)) == ALL
    never = replace(off, name="never")
    assert said(held, birds(CORE, STARS, never)) == []


def test_counts_of_a_source_without_its_name_are_said_and_so_are_those_of_a_page_without_url(held):
    named = replace(STARS, name="attention")
    assert [*map(str, find_undeclared(held, birds(CORE, named)))] == [
        "birds/stars: 2 dated counts of pages: no source has this name: it is left out of all counts; "
        'if it was renamed, write renamed_from = "birds/stars" beside its new name'
    ]
    moved = replace(STARS, urls=(f"{API}nest2",))
    assert said(held, birds(CORE, moved)) == [
        "birds/stars birds__nest1: 2 dated counts of pages: no url names it: its counts stay, and no new ones come"
    ]
    assert units(held, birds(CORE, moved)) == ALL


def test_a_page_that_is_asked_beside_the_urls_is_declared(where):
    members = Source("birds", "members", "openinfra", (f"{API}members",), date(2025, 1, 1), "Invented.")
    for page in ("members", "joined"):
        visit = Visit("birds", "members", "openinfra", f"{page}-2026-03-01", "", SEEN, Verdict.OK)
        land(where, Harvest(visit, 0.0, COUNTS, [], []))
    assert said(where, birds(members)) == []


def test_a_repository_in_two_communities_is_said(held):
    fish = builders.community("fish", replace(CORE, community="fish"))
    assert said(held, [*birds(CORE, STARS), fish]) == [
        f"{CORE.urls[0]}: birds/core and fish/core declare it: its commits count in each"
    ]


def carried(where, communities):
    lines = []
    begin_work(where, communities, lines.append)
    return lines


def test_what_is_held_goes_on_under_the_new_name_of_a_source(held):
    before = pq.read_table(held.observations / "birds/stars/birds__nest1-2026-03-01.parquet")
    (held.clones / "birds/stars/birds").mkdir(parents=True)
    (held.clones / "birds/stars/birds/HEAD").write_text("ref")
    named = replace(STARS, name="attention", renamed_from="stars")
    assert carried(held, birds(CORE, named)) == ["birds/stars: what is held of it goes on as birds/attention"]
    assert units(held, birds(CORE, named)) == [("attention", unit) for _, unit in ALL[1:]] + ALL[:1]
    assert pq.read_table(held.observations / "birds/attention/birds__nest1-2026-03-01.parquet").equals(before)
    assert {visit.source for visit in read_visits(held.visits)} == {"core", "attention"}
    assert (held.clones / "birds/attention/birds/HEAD").exists()
    assert not any(path.name == "stars" for path in held.data.rglob("*"))
    assert carried(held, birds(CORE, named)) == [], "and it is done once"


def test_what_is_held_goes_on_under_the_new_slug_of_a_community(held):
    fish = [builders.community("fish", *(replace(each, community="fish") for each in (CORE, STARS)))]
    assert len(said(held, fish)) == 2
    fish = [replace(fish[0], renamed_from="birds")]
    assert len(carried(held, fish)) == 2
    assert said(held, fish) == []
    assert {name[0] for name in stored_visits(held.observations)} == {"fish"}


def test_what_is_held_under_both_names_stays_and_the_older_is_set_aside(held):
    named = replace(CORE, name="code", renamed_from="birds/core")
    builders.land(held, named, "birds/nest1", builders.monthly(1, range(2)), key_id="k1")
    carried(held, birds(named, STARS))
    assert stored_visits(held.observations)["birds", "code", "birds/nest1"].observations == 16
    assert [entry.file for entry in set_aside.entries(held)] == ["observations/birds/core/birds/nest1.parquet"]
    assert len([visit for visit in read_visits(held.visits) if visit.source == "code"]) == 2


def test_under_another_key_what_was_read_under_it_is_published_and_the_rest_waits(held):
    two = builders.source("birds", repositories=("nest1", "nest2"))
    later = SEEN.replace(day=15)
    builders.land(held, two, "birds/nest2", builders.monthly(101, range(1)), key_id="k2", seen_at=later)
    assert units(held, birds(two, STARS)) == ALL, "the key that was used last"
    given = read_inputs(held, birds(two, STARS), builders.TODAY)
    under_present = replace(given, key_id="k2").usable
    assert ("core", "birds/nest2") in {(u.visit.source, u.visit.unit) for u in under_present}
    assert len(under_present) == 3
