"""Mail in the warehouse: postings, distinct messages, people, coverage by month, our counts against the archive's."""

from datetime import UTC, date, datetime

import pytest
from support.builders import community, folders_in, visit
from support.postings import (
    DECEMBER,
    FEBRUARY,
    JANUARY,
    TODAY,
    land_index,
    land_month,
    mail,
    mailing_list,
    monthly,
)
from support.tables_on_demand import ask, build_tables, opened

from pipelines.landing.visits import log_visit
from pipelines.model import Source, Verdict
from reports.answers import ask_rows

WORLD = []


def of_the_world(land):
    """Land, with what others land for communities of their own, before all tables are made once."""
    WORLD.append(land)
    return land


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The folders of one build of all communities of this file, each of which has the name of its case."""
    where = folders_in(tmp_path_factory.mktemp("messages"))
    build_tables(where, [community(land.__name__, *land(where, land.__name__)) for land in WORLD], TODAY)
    return where


@of_the_world
def posted(where, of):
    dev, users = mailing_list("dev", of=of), mailing_list("users", of=of)
    land_index(where, dev, {DECEMBER: 2, JANUARY: 2})
    land_index(where, users, {DECEMBER: 2})
    land_month(where, dev, DECEMBER, mail(1, "01 Dec 2025"), mail(2, "31 Dec 2025", "joe"))
    land_month(where, dev, JANUARY, mail(2, "31 Dec 2025", "joe"), mail(3, "02 Jan 2026"))
    land_month(where, users, DECEMBER, mail(2, "31 Dec 2025", "joe"), mail(4, "03 Dec 2025", "ann"))
    return dev, users


@pytest.mark.long
def test_r05_cross_posts_and_copies_are_one_message_and_each_list_has_its_postings(world):
    assert monthly(world, "postings", "posted") == {DECEMBER: 4, JANUARY: 1, FEBRUARY: 0}
    assert monthly(world, "messages", "posted") == {DECEMBER: 3, JANUARY: 1, FEBRUARY: 0}
    assert monthly(world, "talk_people", "posted") == {DECEMBER: 3, JANUARY: 1, FEBRUARY: 0}
    new = ask(world, "select month, value from metrics.new_talk_people where community = 'posted'")
    assert new == [(DECEMBER, 3)]
    rows = ask(world, "select month, total, stored, copies, other_month, state from core.reconciliation "
                      "where community = 'posted' and source = 'dev' order by month")  # fmt: skip
    assert rows == [(DECEMBER, 2, 2, 0, 0, "equal"), (JANUARY, 2, 2, 1, 1, "equal")]
    summed, _ = (row for row in ask_rows(opened(world), "coverage", "reconciled") if row["community"] == "posted")
    counts = ("source", "equal", "differs", "no_total", "not_held", "total", "stored", "copies", "other_month")
    assert [summed[name] for name in counts] == ["dev", 2, 0, 0, 0, 4, 4, 1, 1]


@of_the_world
def refused(where, of):
    dev = mailing_list(of=of)
    land_index(where, dev, {DECEMBER: 3})
    land_month(where, dev, DECEMBER, b"Not a message at all.\n\n", mail(1, "01 Dec 2025"), mail(2, "02 Dec 2025"))
    return (dev,)


def test_r02_what_is_no_message_is_kept_apart_with_its_reason(world):
    assert monthly(world, "messages", "refused")[DECEMBER] == 2
    rows = ask(world, "select stored, quarantined, difference, state from core.reconciliation "
                      "where community = 'refused'")  # fmt: skip
    assert rows == [(2, 1, 0, "equal")]
    assert ask(world, "select community, unit, reason from core.quarantine") == [
        ("refused", "2025-12", "none of the headers From, Date, Subject, Message-ID")
    ]


@of_the_world
def shortened(where, of):
    dev = mailing_list(kind="ponymail", of=of)
    short = [mail(n, "01 Dec 2025").replace(b"jane@example.org>", b"ja...@example.org>") for n in (1, 2)]
    other = mail(3, "01 Dec 2025", "james").replace(b"james@example.org>", b"ja...@example.org>")
    land_index(where, dev, {DECEMBER: 3})
    land_month(where, dev, DECEMBER, *short, other)
    return (dev,)


def test_shortened_addresses_count_by_name_only(world):
    assert monthly(world, "talk_people", "shortened")[DECEMBER] == 2
    held = ask(world, "select count(*), count(sender_address_key) from core.messages where community = 'shortened'")
    assert held == [(3, 0)]


def states(where, name="dev", of="birds"):
    rows = ask(where, "select strftime(month, '%Y-%m'), state from core.coverage "
                      f"where community = '{of}' and source = '{name}' order by month")  # fmt: skip
    return dict(rows)


@of_the_world
def listed(where, of):
    dev = mailing_list(since=date(2025, 11, 1), of=of)
    land_index(where, dev, {DECEMBER: 1, JANUARY: 7, FEBRUARY: 5})
    land_month(where, dev, DECEMBER, mail(1, "01 Dec 2025"))
    log_visit(where.visits, visit(dev, "2026-02", Verdict.FAILED, reason="the stream ended early"))
    return (dev,)


def test_r01_a_month_that_the_index_does_not_list_is_an_evident_zero_and_one_that_it_lists_must_be_held(world):
    assert states(world, of="listed") == {
        "2025-11": "seen", "2025-12": "seen", "2026-01": "pending", "2026-02": "gap", "2026-03": "partial",
    }  # fmt: skip
    found = monthly(world, "messages", "listed")
    assert found == {date(2025, 11, 1): 0, DECEMBER: 1, JANUARY: "unobserved", FEBRUARY: "unobserved"}
    rows = ask(world, "select month, total, state from core.reconciliation where community = 'listed' order by month")
    assert rows == [(DECEMBER, 1, "equal"), (JANUARY, 7, "not held"), (FEBRUARY, 5, "not held")]


@pytest.mark.long
def test_r13_a_month_read_before_its_end_is_partial_until_it_is_read_again(where):
    dev = mailing_list()
    early = datetime(2026, 1, 11, tzinfo=UTC)
    land_index(where, dev, {DECEMBER: 1, JANUARY: 1}, seen_at=early)
    land_month(where, dev, DECEMBER, mail(1, "01 Dec 2025"), seen_at=early)
    land_month(where, dev, JANUARY, mail(2, "02 Jan 2026"), seen_at=early)
    build_tables(where, [community("birds", dev)], TODAY)
    assert states(where) == {"2025-12": "seen", "2026-01": "partial", "2026-02": "pending", "2026-03": "pending"}
    log_visit(where.visits, visit(dev, "2026-01", Verdict.UNCHANGED))
    log_visit(where.visits, visit(dev, "index", Verdict.UNCHANGED))
    build_tables(where, [community("birds", dev)], TODAY)
    assert states(where) == {"2025-12": "seen", "2026-01": "seen", "2026-02": "seen", "2026-03": "partial"}


@of_the_world
def lost(where, of):
    dev, closed = mailing_list(of=of), mailing_list("lost", kind="unreadable", evidence="closed", of=of)
    users = mailing_list("users", of=of)
    log_visit(where.visits, visit(dev, "index", Verdict.GONE, reason="404"))
    land_index(where, users, {})
    return dev, closed, users, Source(of, "core", "git", ("git+https://forge.example.org/birds/one",), DECEMBER, "It.")


def test_r12_an_archive_that_was_never_had_and_one_that_cannot_be_read_are_holes(world):
    assert set(states(world, of="lost").values()) == set(states(world, "lost", "lost").values()) == {"gap"}
    assert set(states(world, "users", "lost").values()) == {"seen", "partial"}
    of_metric = "from metrics.monthly where community = 'lost' and metric"
    rows = ask(world, f"select distinct state, round(covered, 2) {of_metric} = 'messages' and month < '2026-03-01'")
    assert rows == [("partial", 0.33)]
    assert ask(world, f"select distinct state {of_metric} = 'commits'") == [("unobserved",)]


# ---- moves, and each list by itself ----------------------------------------------------------------------------


@of_the_world
def moved(where, of):
    """The old list ends in January; in its last fortnight its mail is also on the new one, as in a real move."""
    old = mailing_list("old", until=date(2026, 1, 31), continued_by="moved/new", of=of)
    new = mailing_list("new", since=JANUARY, continues="moved/old", of=of)
    early, copied = [mail(n, f"{n:02} Dec 2025") for n in (1, 2, 3)], [mail(n, f"{n} Jan 2026") for n in (20, 21, 22)]
    land_index(where, old, {DECEMBER: 3, JANUARY: 3})
    land_index(where, new, {JANUARY: 3, FEBRUARY: 3})
    land_month(where, old, DECEMBER, *early)
    land_month(where, old, JANUARY, *copied)
    land_month(where, new, JANUARY, *copied)
    land_month(where, new, FEBRUARY, *(mail(n + 100, f"{n:02} Feb 2026") for n in (1, 2, 3)))
    return old, new


def test_r23_a_list_that_moved_shows_no_jump_and_the_raw_view_shows_each_side(world):
    assert monthly(world, "messages", "moved") == {DECEMBER: 3, JANUARY: 3, FEBRUARY: 3}
    assert monthly(world, "threads", "moved") == {DECEMBER: 3, JANUARY: 3, FEBRUARY: 3}
    assert monthly(world, "postings", "moved") == {DECEMBER: 3, JANUARY: 6, FEBRUARY: 3}
    rows = ask(world, "select source, month, postings, only_here, state from analysis.by_source "
                      "where community = 'moved' and month < '2026-03-01' order by source desc, month")  # fmt: skip
    assert rows == [
        ("old", DECEMBER, 3, 3, "observed"), ("old", JANUARY, 3, 0, "observed"),
        ("old", FEBRUARY, None, None, "not_applicable"), ("new", DECEMBER, None, None, "not_applicable"),
        ("new", JANUARY, 3, 0, "observed"), ("new", FEBRUARY, 3, 3, "observed"),
    ]  # fmt: skip
    assert ask(world, "select family, month, from_source, to_source, action, reason, evidence from core.moves "
                      "where community = 'moved'") == [
        ("talk", JANUARY, "old", "new", "stitch", "Invented.", None)
    ]  # fmt: skip


@of_the_world
def censored(where, of):
    old = mailing_list("old", until=date(2025, 12, 31), continued_by="censored/chat", of=of)
    chat = mailing_list("chat", JANUARY, "unreadable", of, continues="censored/old", evidence="It is named.")
    land_index(where, old, {DECEMBER: 1})
    land_month(where, old, DECEMBER, mail(1, "01 Dec 2025"))
    return old, chat


def test_r23_a_move_to_where_nothing_can_be_read_is_a_hole_and_no_zero(world):
    assert monthly(world, "messages", "censored") == {DECEMBER: 1, JANUARY: "unobserved", FEBRUARY: "unobserved"}
    moves = ask(world, "select action, evidence from core.moves where community = 'censored'")
    assert moves == [("censor", "It is named.")]
    states = ask(world, "select state, postings from analysis.by_source "
                        "where community = 'censored' and source = 'chat' and month = '2026-01-01'")  # fmt: skip
    assert states == [("unobserved", None)]
