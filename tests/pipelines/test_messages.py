"""Mail in the warehouse: postings, distinct messages, people, coverage by month, our counts against the archive's."""

from datetime import UTC, date, datetime

from support.builders import community, visit
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
from support.tables_on_demand import ask, build_tables

from pipelines.landing.visits import log_visit
from pipelines.model import Source, Verdict
from pipelines.warehouse.build import build_database
from pipelines.warehouse.query import open_database
from reports.answers import ask_rows


def test_r05_cross_posts_and_copies_are_one_message_and_each_list_has_its_postings(where):
    dev, users = mailing_list("dev"), mailing_list("users")
    land_index(where, dev, {DECEMBER: 2, JANUARY: 2})
    land_index(where, users, {DECEMBER: 2})
    land_month(where, dev, DECEMBER, mail(1, "01 Dec 2025"), mail(2, "31 Dec 2025", "joe"))
    land_month(where, dev, JANUARY, mail(2, "31 Dec 2025", "joe"), mail(3, "02 Jan 2026"))
    land_month(where, users, DECEMBER, mail(2, "31 Dec 2025", "joe"), mail(4, "03 Dec 2025", "ann"))
    build_database(where, [community("birds", dev, users)], TODAY)
    assert monthly(where, "postings") == {DECEMBER: 4, JANUARY: 1, FEBRUARY: 0}
    assert monthly(where, "messages") == {DECEMBER: 3, JANUARY: 1, FEBRUARY: 0}
    assert monthly(where, "talk_people") == {DECEMBER: 3, JANUARY: 1, FEBRUARY: 0}
    assert ask(where, "select month, value from metrics.new_talk_people") == [(DECEMBER, 3)]
    rows = ask(where, "select month, total, stored, copies, other_month, state from core.reconciliation "
                      "where source = 'dev' order by month")  # fmt: skip
    assert rows == [(DECEMBER, 2, 2, 0, 0, "equal"), (JANUARY, 2, 2, 1, 1, "equal")]
    with open_database(where.database) as database:
        summed, _ = ask_rows(database, "data", "reconciled")
    counts = ("source", "equal", "differs", "no_total", "not_held", "total", "stored", "copies", "other_month")
    assert [summed[name] for name in counts] == ["dev", 2, 0, 0, 0, 4, 4, 1, 1]


def test_r02_what_is_no_message_is_kept_apart_with_its_reason(where):
    dev = mailing_list()
    land_index(where, dev, {DECEMBER: 3})
    land_month(where, dev, DECEMBER, b"Not a message at all.\n\n", mail(1, "01 Dec 2025"), mail(2, "02 Dec 2025"))
    build_tables(where, [community("birds", dev)], TODAY)
    assert monthly(where, "messages")[DECEMBER] == 2
    rows = ask(where, "select stored, quarantined, difference, state from core.reconciliation")
    assert rows == [(2, 1, 0, "equal")]
    assert ask(where, "select unit, reason from core.quarantine") == [
        ("2025-12", "none of the headers From, Date, Subject, Message-ID")
    ]


def test_shortened_addresses_count_by_name_only(where):
    dev = mailing_list(kind="ponymail")
    short = [mail(n, "01 Dec 2025").replace(b"jane@example.org>", b"ja...@example.org>") for n in (1, 2)]
    other = mail(3, "01 Dec 2025", "james").replace(b"james@example.org>", b"ja...@example.org>")
    land_index(where, dev, {DECEMBER: 3})
    land_month(where, dev, DECEMBER, *short, other)
    build_tables(where, [community("birds", dev)], TODAY)
    assert monthly(where, "talk_people")[DECEMBER] == 2
    assert ask(where, "select count(sender_address_key) from core.messages") == [(0,)]


def states(where, name="dev"):
    rows = ask(where, "select strftime(month, '%Y-%m'), state from core.coverage "
                      f"where source = '{name}' order by month")  # fmt: skip
    return dict(rows)


def test_r01_a_month_that_the_index_does_not_list_is_an_evident_zero_and_one_that_it_lists_must_be_held(where):
    dev = mailing_list(since=date(2025, 11, 1))
    land_index(where, dev, {DECEMBER: 1, JANUARY: 7, FEBRUARY: 5})
    land_month(where, dev, DECEMBER, mail(1, "01 Dec 2025"))
    log_visit(where.visits, visit(dev, "2026-02", Verdict.FAILED, reason="the stream ended early"))
    build_tables(where, [community("birds", dev)], TODAY)
    assert states(where) == {
        "2025-11": "seen", "2025-12": "seen", "2026-01": "pending", "2026-02": "gap", "2026-03": "partial",
    }  # fmt: skip
    found = monthly(where, "messages")
    assert found == {date(2025, 11, 1): 0, DECEMBER: 1, JANUARY: "unobserved", FEBRUARY: "unobserved"}
    rows = ask(where, "select month, total, state from core.reconciliation order by month")
    assert rows == [(DECEMBER, 1, "equal"), (JANUARY, 7, "not held"), (FEBRUARY, 5, "not held")]


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


def test_r12_an_archive_that_was_never_had_and_one_that_cannot_be_read_are_holes(where):
    dev, lost = mailing_list(), mailing_list("lost", kind="unreadable", evidence="closed")
    of_code = Source("birds", "core", "git", ("git+https://forge.example.org/birds/one",), DECEMBER, "Invented.")
    log_visit(where.visits, visit(dev, "index", Verdict.GONE, reason="404"))
    land_index(where, mailing_list("users"), {})
    build_tables(where, [community("birds", dev, lost, mailing_list("users"), of_code)], TODAY)
    assert set(states(where).values()) == set(states(where, "lost").values()) == {"gap"}
    assert set(states(where, "users").values()) == {"seen", "partial"}
    rows = ask(where, "select distinct state, round(covered, 2) from metrics.monthly "
                      "where metric = 'messages' and month < '2026-03-01'")  # fmt: skip
    assert rows == [("partial", 0.33)]
    assert ask(where, "select distinct state from metrics.monthly where metric = 'commits'") == [("unobserved",)]


# ---- moves, and each list by itself ----------------------------------------------------------------------------


def test_r23_a_list_that_moved_shows_no_jump_and_the_raw_view_shows_each_side(where):
    """The old list ends in January; in its last fortnight its mail is also on the new one, as in a real move."""
    old = mailing_list("old", until=date(2026, 1, 31), continued_by="birds/new")
    new = mailing_list("new", since=JANUARY, continues="birds/old")
    early, copied = [mail(n, f"{n:02} Dec 2025") for n in (1, 2, 3)], [mail(n, f"{n} Jan 2026") for n in (20, 21, 22)]
    land_index(where, old, {DECEMBER: 3, JANUARY: 3})
    land_index(where, new, {JANUARY: 3, FEBRUARY: 3})
    land_month(where, old, DECEMBER, *early)
    land_month(where, old, JANUARY, *copied)
    land_month(where, new, JANUARY, *copied)
    land_month(where, new, FEBRUARY, *(mail(n + 100, f"{n:02} Feb 2026") for n in (1, 2, 3)))
    build_tables(where, [community("birds", old, new)], TODAY)
    assert monthly(where, "messages") == {DECEMBER: 3, JANUARY: 3, FEBRUARY: 3}
    assert monthly(where, "threads") == {DECEMBER: 3, JANUARY: 3, FEBRUARY: 3}
    assert monthly(where, "postings") == {DECEMBER: 3, JANUARY: 6, FEBRUARY: 3}
    rows = ask(where, "select source, month, postings, only_here, state from analysis.by_source "
                      "where month < '2026-03-01' order by source desc, month")  # fmt: skip
    assert rows == [
        ("old", DECEMBER, 3, 3, "observed"), ("old", JANUARY, 3, 0, "observed"),
        ("old", FEBRUARY, None, None, "not_applicable"), ("new", DECEMBER, None, None, "not_applicable"),
        ("new", JANUARY, 3, 0, "observed"), ("new", FEBRUARY, 3, 3, "observed"),
    ]  # fmt: skip
    assert ask(where, "select family, month, from_source, to_source, action, reason, evidence from core.moves") == [
        ("talk", JANUARY, "old", "new", "stitch", "Invented.", None)
    ]


def test_r23_a_move_to_where_nothing_can_be_read_is_a_hole_and_no_zero(where):
    old = mailing_list("old", until=date(2025, 12, 31), continued_by="birds/chat")
    chat = mailing_list("chat", since=JANUARY, kind="unreadable", continues="birds/old", evidence="It is named.")
    land_index(where, old, {DECEMBER: 1})
    land_month(where, old, DECEMBER, mail(1, "01 Dec 2025"))
    build_tables(where, [community("birds", old, chat)], TODAY)
    assert monthly(where, "messages") == {DECEMBER: 1, JANUARY: "unobserved", FEBRUARY: "unobserved"}
    assert ask(where, "select action, evidence from core.moves") == [("censor", "It is named.")]
    states = ask(where, "select state, postings from analysis.by_source where source = 'chat' and month = '2026-01-01'")
    assert states == [("unobserved", None)]
