"""What other tools were complained about, proven here by tests whose names say which complaint: see README.md here.

The tests below are those that need several rooms at once; most requirements are proven where their code is tested.
"""

import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.builders import community, land, row, source
from support.lists import block
from support.postings import DECEMBER, FEBRUARY, JANUARY, TODAY, land_index, land_month, mail, mailing_list, monthly
from support.ranking import LEVELS, METRICS, MONTHS, UNSEEN, ranked, steady
from support.tables_on_demand import ask, build_tables
from support.walk import KEY, crawl, next_night

from flows.collect import reread
from flows.demo.archives import Archives, MailingList
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing.stored import VISIT
from pipelines.warehouse.build import NothingObservedError, build_database
from pipelines.warehouse.query import open_database
from reports import site
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


# ---- R04, R05 --------------------------------------------------------------------------------------------------


CLAIMED = [
    ("Wed, 31 Dec 2025 23:30:00 -0500", JANUARY, "date"),
    ("Thu, 01 Jan 2026 00:30:00 +0500", DECEMBER, "date"),
    ("Thu, 01 Jan 491972 12:00:00 +0000", DECEMBER, "arrived"),
    ("Thu, 01 Jan 1970 00:00:00 +0000", DECEMBER, "arrived"),
    ("31 Dec 2025 25:99:00 -0500", DECEMBER, "arrived"),
]
"""What the Date header of a message in a file of December says, its month, and by which clock."""


def test_r04_a_message_of_the_december_file_counts_in_its_utc_month_and_says_by_which_clock(where):
    lists = [mailing_list(f"list{number}") for number in range(len(CLAIMED))]
    for each, (claimed, _, _) in zip(lists, CLAIMED, strict=True):
        land_index(where, each, {DECEMBER: 1})
        land_month(where, each, DECEMBER, mail(each.name, claimed))
    build_tables(where, [community("birds", *lists)], TODAY)
    counted = ask(where, "select month, date_quality, archive_month from core.messages order by source")
    assert counted == [(month, clock, DECEMBER) for _, month, clock in CLAIMED]
    assert [monthly(where, "messages")[month] for month in (DECEMBER, JANUARY)] == [4, 1]
    moved = ask(where, "select other_month from core.reconciliation where month is not null order by source")
    assert moved == [(int(month != DECEMBER),) for _, month, _ in CLAIMED]
    by_file = ask(where, "select messages_archive_month from definitions.messages where month = '2025-12-01'")
    assert by_file == [(5,)]


def test_r05_one_message_on_three_lists_is_three_postings_one_message_and_one_sender(where):
    lists = [mailing_list(name) for name in ("dev", "users", "announce")]
    for each in lists:
        land_index(where, each, {DECEMBER: 1})
        land_month(where, each, DECEMBER, mail("same", "05 Dec 2025"))
    build_tables(where, [community("birds", *lists)], TODAY)
    assert [monthly(where, m)[DECEMBER] for m in ("postings", "messages", "talk_people", "threads")] == [3, 1, 1, 1]
    assert ask(where, "select postings from core.messages") == [(3,)]
    rows = ask(where, "select first_here, only_here from analysis.by_source where month = '2025-12-01' order by source")
    assert (sum(first for first, _ in rows), sum(only for _, only in rows)) == (1, 0)


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


# ---- R14, R25 --------------------------------------------------------------------------------------------------

SEPTEMBER, OCTOBER = date(2013, 9, 1), date(2013, 10, 1)
SERVED = {
    kind: MailingList(kind, url, f"{kind}@lists.example.org", {SEPTEMBER: 20, OCTOBER: 20})
    for kind, url in (
        ("pipermail", "/two.example.org/pipermail/pipermail/"),
        ("hyperkitty", "/three.example.org/archives/list/hyperkitty@lists.example.org/"),
        ("ponymail", "/pony.example.org/api/"),
    )
}


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    """A server with three archives, and a data folder that has all of them from a good night."""
    top = tmp_path_factory.mktemp("killed")
    where = Folders(top / "data", top / "communities", top / "data" / "site")
    where.communities.mkdir()
    with serve(top / "none") as server:
        server.archives = Archives([*SERVED.values()])
        head = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n\n'
        sources = [block(one, server.base_url, kind, SEPTEMBER, "") for kind, one in SERVED.items()]
        (where.communities / "birds.toml").write_text(head + "".join(sources))
        crawl(where, (*SERVED,), "units=index,2013-09,2013-10")
        yield where, server


def later(first_night, tmp_path):
    """The data folder as it was after the good night, to go on from on the next day."""
    next_night(hours=24)
    where, _ = first_night
    new = Folders(tmp_path / "data", where.communities, tmp_path / "data" / "site")
    shutil.copytree(where.data, new.data)
    return new


@pytest.mark.long
@pytest.mark.parametrize("killed", SERVED)
def test_r14_each_source_is_killed_in_turn_and_the_report_still_builds_and_names_it(first_night, tmp_path, killed):
    where, (_, server) = later(first_night, tmp_path), first_night
    server.archives = Archives([one for kind, one in SERVED.items() if kind != killed])
    crawl(where, (*SERVED,), "units=index,2013-09,2013-10")
    server.archives = Archives([*SERVED.values()])
    build_database(where, load_catalogue(where.communities), date(2013, 12, 20))
    page = (site.publish(where).parent / "operations.html").read_text(encoding="utf-8")
    with open_database(where.database) as database:
        failed = {row["source"] for row in ask_rows(database, "operations", "failures")}
    assert failed == {killed}
    assert f"<td>{killed}</td>" in page
    held = dict(ask(where, "select source, count(*) from core.postings group by all"))
    assert held == dict.fromkeys(SERVED, 40), "what was had before is kept and counted"
    values = ask(where, "select value, state from metrics.monthly where metric = 'messages' and month = '2013-09-01'")
    assert values == [(60, "observed")]


@pytest.mark.long
def test_r25_a_reader_of_another_version_reads_what_is_held_again_and_the_tables_are_those_of_a_fresh_visit(
    first_night, tmp_path, monkeypatch
):
    """An older reader knew no classes and another clock; after it is bumped, kept pages give today's rows."""
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    where = later(first_night, tmp_path)
    known = load_catalogue(where.communities)
    messages = "select * from core.messages join core.threads using (community, thread_key) order by all"
    build_tables(where, known, date(2013, 12, 20))
    fresh = ask(where, messages)
    assert len(fresh) == 120
    for path in where.observations.glob("birds/*/2013-*.parquet"):
        as_of_an_older_reader(path)
    build_tables(where, known, date(2013, 12, 20))
    assert ask(where, messages) != fresh
    assert ask(where, "select distinct class from core.messages") == [(None,)]
    again = reread(where, [source for one in known for source in one.sources])
    assert {visit.unit for visit in again.good} == {"2013-09", "2013-10"}
    build_tables(where, known, date(2013, 12, 20))
    assert ask(where, messages) == fresh


def as_of_an_older_reader(path):
    """Make a harvest what a reader of another version would have left: no class, and that version in its footer."""
    footer = {
        name: value.replace(b"mail/", b"mail/0.")
        for name, value in pq.read_metadata(path).metadata.items()
        if name != b"ARROW:schema"
    }
    rows = pq.read_table(path).drop_columns(["class", "class_rule"])
    pq.write_table(rows.replace_schema_metadata(footer), path)
    assert b"mail/0." in footer[VISIT]


def test_r25_a_changed_rule_about_bots_is_another_reader():
    from hashlib import sha256

    from pipelines.rules.bots_mail import RULES_FILE
    from spiders.mail.pipermail import PipermailSpider

    assert PipermailSpider.reader.endswith(sha256(RULES_FILE.read_bytes()).hexdigest()[:8])


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


def test_r15_a_harvest_that_is_gone_is_a_gap_however_well_its_visit_went(where):
    dev = mailing_list()
    land_index(where, dev, {DECEMBER: 1, JANUARY: 1})
    for month in (DECEMBER, JANUARY):
        land_month(where, dev, month, mail(f"{month:%m}", f"05 {month:%b %Y}"))
    (where.observations / "birds/dev/2025-12.parquet").unlink()
    build_tables(where, [community("birds", dev)], TODAY)
    assert monthly(where, "messages") == {DECEMBER: "unobserved", JANUARY: 1, FEBRUARY: 0}
    assert ask(where, "select state from core.coverage where month = '2025-12-01'") == [("gap",)]


# ---- which test proves what ------------------------------------------------------------------------------------

NUMBERS = (1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 23, 25)
TESTS = Path(__file__).parents[1]


def proofs():
    """How many tests of each file carry the number of each requirement, as (number, file)."""
    found = Counter()
    for path in TESTS.rglob("test_*.py"):
        for number in re.findall(r"^def test_r(\d\d)_", path.read_text(encoding="utf-8"), re.MULTILINE):
            found[int(number), path.stem] += 1
    return found


def test_each_requirement_has_tests_that_carry_its_number_and_the_table_says_where():
    told = (TESTS / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| r(\d\d) .* \| (.*) \|$", told, re.MULTILINE))
    assert [int(number) for number in rows] == list(NUMBERS)
    written = {
        (int(n), file): int(tests) for n, row in rows.items() for file, tests in re.findall(r"`(\w+)` (\d+)", row)
    }
    assert written == proofs()
    assert {number for number, _ in written} == set(NUMBERS)
