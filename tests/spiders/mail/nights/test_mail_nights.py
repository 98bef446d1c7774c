"""Healthy lists land whole with their totals; the second night asks for what may have changed and loses nothing."""

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.crawl import KEYED, PREVIOUS, RUNNING
from support.mail_lists import (
    EMPTY,
    FAILED,
    LISTS,
    OK,
    SHRUNK,
    TURNING,
    UNCHANGED,
    USUAL,
    A,
    B,
    C,
    export,
    later_lists,
    mbox_lua,
    page_by_date,
    stats_lua,
    text_file,
    unit,
)
from support.mail_nights import held, verdicts, visit_to

from flows.demo import mail
from flows.demo.pipermail import answer as pipermail_page
from flows.demo.totals import later
from spiders.core.streams import Stream
from spiders.mail.reader import Archive, messages


def asked(nights, night, one):
    """Return the paths that were asked of a list, its own part of them, sorted."""
    place = one.url.replace("/list/", "/api/list/")
    mine = f"list={one.address.partition('@')[0]}&"
    paths = [r.path for r in nights[1][night][1]]
    if one.kind == "ponymail":
        return sorted(p for p in paths if mine in p)
    return sorted(p for p in paths if p.startswith((one.url, place)))


@pytest.mark.long
def test_healthy_lists_land_whole_with_what_the_archive_says_of_them(nights):
    _, ((first, _), _) = nights
    for name in ("users", "users-cn", "turned", "emptied", "encoded"):
        months = LISTS[name].months if name in LISTS else {}
        for month, count in months.items():
            visit = visit_to(nights, 0, name, month)
            assert (str(visit.verdict), visit.observations, visit.note) == (
                (OK, count, "") if count else (EMPTY, 0, "the archive says 0 messages")
            ), (name, month)
    dev = verdicts(nights, 0, "dev")
    assert dev == {"index": OK, unit(C): EMPTY} | {unit(month): OK for month in USUAL}
    talk = verdicts(nights, 0, "talk")
    assert {u: v for u, v in talk.items() if v == OK} == {"index": OK} | {unit(month): OK for month in USUAL}
    assert set(talk.values()) == {OK, EMPTY}
    (empty,) = {v.note for v in first.visits if v.source == "talk" and v.verdict == EMPTY}
    assert empty == "the file of the month is whole and empty, 20 bytes"


def totals(where, name):
    rows = pq.read_table(where.observations / "birds" / name / "index.parquet").to_pylist()
    return {row["month"]: row["messages"] for row in rows}


@pytest.mark.long
def test_the_index_lands_what_the_archive_says_it_holds(nights):
    where = nights[0]
    assert totals(where, "dev") == USUAL | {C: 0, RUNNING: 14}, "a settled month is not asked again, so its total stays"
    assert totals(where, "users") == later_lists()["users"].months
    assert totals(where, "users-cn") == USUAL
    assert totals(where, "miscounted") == {A: 95, B: None, C: 5}
    talk = totals(where, "talk")
    assert talk.pop(None) == 69
    assert set(talk.values()) == {None}
    assert (min(talk), max(talk)) == (min(A, B), RUNNING)


@pytest.mark.long
def test_half_months_are_asked_for_after_a_stream_that_ended_early_and_land_only_together(nights):
    one = LISTS["halves"]
    visit = visit_to(nights, 0, "halves", A)
    assert (visit.verdict, visit.observations) == (OK, 40)
    middle, end = A.replace(day=16), later(A)
    paths = [export(one, A, middle), export(one, A, end), export(one, middle, end)]
    assert sorted(p for p in asked(nights, 0, one) if f"start={A:%Y-%m}" in p) == sorted(paths)
    broken = visit_to(nights, 0, "broken", A)
    assert (broken.verdict, broken.reason) == (FAILED, "the gzip stream ends early")
    assert visit_to(nights, 1, "broken", A).observations == 40
    assert visit_to(nights, 0, "closed", RUNNING).reason == "the server answered 400: Archive download disabled."
    assert verdicts(nights, 0, "talk-login") == {"index": FAILED}


@pytest.mark.long
def test_r25_the_second_night_asks_only_for_what_may_have_changed(nights):
    dev, plain, packed = LISTS["dev"], text_file(LISTS["dev"], RUNNING), text_file(LISTS["dev"], PREVIOUS)
    assert asked(nights, 1, dev) == sorted([dev.url, plain, page_by_date(dev, RUNNING), packed])
    assert verdicts(nights, 1, "dev") == {"index": OK, unit(RUNNING): OK, unit(PREVIOUS): UNCHANGED}
    statuses = Counter((r.path, r.status) for r in nights[1][1][1])
    assert statuses[packed, 304] == statuses[dev.url, 304] == 1
    talk = LISTS["talk"]
    exports = [export(talk, month, later(month)) for month in (RUNNING, PREVIOUS)]
    index = "/lists.example.org/archives/api/list/talk@lists.example.org/emails/?format=json&limit=1"
    assert asked(nights, 1, talk) == sorted([index, *exports])
    assert verdicts(nights, 1, "talk") == {"index": OK, unit(RUNNING): OK, unit(PREVIOUS): UNCHANGED}
    users = LISTS["users"]
    changed = [mbox_lua(users, month) for month in (PREVIOUS, A, C)]
    assert asked(nights, 1, users) == sorted([stats_lua(users), *changed])
    assert visit_to(nights, 1, "users", A).note == "the month was settled and has grown from 40 to 41"
    assert visit_to(nights, 1, "users", PREVIOUS).note == "", "it was not settled"
    assert visit_to(nights, 1, "users", RUNNING).note == "the archive's total is what it was"
    cn = LISTS["users-cn"]
    assert asked(nights, 1, cn) == [stats_lua(cn)]
    assert verdicts(nights, 1, "users-cn") == dict.fromkeys(("index", unit(RUNNING), unit(PREVIOUS)), UNCHANGED)


@pytest.mark.long
def test_r25_a_settled_month_is_asked_for_again_on_its_night(nights):
    turning = LISTS["turning"]
    assert asked(nights, 1, turning) == sorted([turning.url, text_file(turning, TURNING)])
    assert verdicts(nights, 1, "turning") == {"index": UNCHANGED, unit(TURNING): UNCHANGED}


@pytest.mark.long
def test_r14_what_was_had_stays_where_less_comes_later(nights):
    assert held(nights, "shrinking")[unit(PREVIOUS)] == 60
    assert visit_to(nights, 1, "shrinking", PREVIOUS).reason == "shrank from 60 to 30: the earlier harvest is kept"
    emptied = visit_to(nights, 1, "emptied", RUNNING)
    assert (emptied.verdict, emptied.reason[:35]) == (SHRUNK, "nothing is there any more (20 bytes")
    unlisted = visit_to(nights, 1, "unlisted", "index")
    assert (unlisted.verdict, unlisted.reason) == (SHRUNK, "it lists no month any more: what it listed before is kept")
    assert verdicts(nights, 1, "turned") == {"index": FAILED}
    assert held(nights, "emptied")[unit(RUNNING)] == 9
    assert held(nights, "unlisted") == {"index": 2, unit(A): 5, unit(B): 5}
    assert held(nights, "turned") == {"index": 2, unit(A): 5, unit(RUNNING): 5}
    assert visit_to(nights, 1, "users", C).verdict == SHRUNK


def rows(nights, name, month):
    return pq.read_table(nights[0].observations / "birds" / name / f"{unit(month)}.parquet").to_pylist()


@pytest.mark.long
def test_the_same_mail_gives_the_same_rows_in_two_archives(nights):
    one = LISTS["users"]
    there = mail.messages(later_lists()["users"], A)
    ids = [KEYED.key("message id", m.message_id.strip("<>").encode()) for m in there]
    found = rows(nights, "users", A)
    assert [row["message_id_key"] for row in found] == ids
    assert {row["date_quality"] for row in found} == {"date"}
    assert {row["archive_month"] for row in found} == {A}
    packed = pipermail_page(replace(one, kind="pipermail", months={A: 41}), text_name(A), {})
    archive = Archive(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), A, True)
    batches = list(messages(Stream(io.BytesIO(packed.body)).read, archive, KEYED))
    (table,) = [pa.Table.from_batches(batches)]
    assert table["message_id_key"].to_pylist() == ids
    assert table["sender_name_key"].to_pylist() == [row["sender_name_key"] for row in found]
    assert table["sender_address_key"].to_pylist() == [row["sender_address_key"] for row in found]
    assert table["in_reply_to_key"].to_pylist() == [row["in_reply_to_key"] for row in found]


def text_name(month):
    return f"{month.year}-{mail.MONTHS[month.month - 1]}.txt.gz"
