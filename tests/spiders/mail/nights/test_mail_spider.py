"""A spider of mail pauses, rests a host, skips an ended list, reads held pages anew and names its own mistakes."""

import io
import re
from asyncio import run
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from scrapy.http import HtmlResponse
from support.crawl import KEYED, TODAY
from support.mail_lists import FAILED, LISTS, OK, UNCHANGED, A, text_file, unit

from pipelines.model import ReasonCode, Verdict
from spiders.core.batches import check_batches
from spiders.core.budget import HostPausedError
from spiders.core.verdicts import NoPageError
from spiders.mail.due import ListedMonth
from spiders.mail.reader import Archive, messages


def test_r01_a_page_without_a_single_message_is_no_harvest(spider):
    archive = landing_of(spider).rules(unit(A), datetime.now(UTC))
    batches = list(messages(io.BytesIO(b"Error: no such list\n").read, archive, KEYED))
    with pytest.raises(ValueError, match="nothing of it could be read as a message, 1 parts"):
        list(check_batches(batches, None, []))
    assert list(check_batches([], 0, [])) == []


def landing_of(spider):
    return spider._landing(spider.load_list(spider.sources[0]))


def test_which_times_are_believed_of_a_month_and_of_what_is_no_month(spider):
    (source,) = spider.sources
    seen = datetime(2026, 3, 20, 3, tzinfo=UTC)
    own = spider.list_addresses(source.community)
    assert "dev@lists.example.org" in own
    first, last = datetime(2013, 8, 31, tzinfo=UTC), datetime(2013, 12, 2, tzinfo=UTC)
    assert landing_of(spider).rules("2013-10", seen) == Archive(first, last, date(2013, 10, 1), True, own)
    since = datetime(source.since.year, source.since.month, 1, tzinfo=UTC)
    end = datetime(2026, 3, 21, 3, tzinfo=UTC)
    assert landing_of(spider).rules("2013q4", seen) == Archive(since, end, None, True, own)


def test_what_breaks_a_reader_is_the_failed_visit_of_its_unit_in_our_words(spider):
    async def broken():
        raise OverflowError("Jane Invented wrote this")

    visit = run(spider.attempt(spider.sources[0], "2013-05", "https://lists.example.org/x", broken()))
    assert (visit.unit, visit.verdict) == ("2013-05", FAILED)
    assert re.fullmatch(r"our reading stopped at line \d+ of test_mail_spider.py: OverflowError", visit.reason)


def test_a_source_on_which_the_reading_stops_leaves_the_next_one_of_its_host(spider, monkeypatch):
    (source,) = spider.sources

    async def walk(one):
        if one.name == "bad":
            raise IndexError("Jane Invented wrote this")
        yield spider.visit(one, "index", one.urls[0], Verdict.OK)

    async def visits():
        return [visit async for visit in spider.on_host(None, [replace(source, name="bad"), source])]

    monkeypatch.setattr(spider, "walk", walk)
    bad, good = run(visits())
    assert (bad.source, bad.unit, bad.verdict, good.source, good.verdict) == ("bad", "index", FAILED, "dev", OK)
    assert "IndexError" in bad.reason
    assert "Jane" not in bad.reason


def answers(*statuses):
    """Answer one question after the other with these statuses; 0: no answer at all."""
    waiting = list(statuses)

    async def download(url, max_size, stored, body):
        status = waiting.pop(0)
        if not status:
            raise NoPageError(ReasonCode.TIMED_OUT, "no whole answer came in time")
        return HtmlResponse(url, status=status, body=b"")

    return download


def test_a_host_in_trouble_gets_pauses_and_after_three_failures_its_rest(spider, monkeypatch):
    pauses, url = [], "https://lists.example.org/pipermail/dev/"

    async def pause(seconds):
        pauses.append(seconds)

    monkeypatch.setattr("spiders.core.pages.asyncio.sleep", pause)
    spider.settings.setdict({"UNLIMITED_HOSTS": ["127.0.0.1"], "UNITS_PER_HOST": 9}, priority=100)

    def ask(*statuses):
        monkeypatch.setattr(spider, "_download", answers(*statuses))
        return run(spider.ask(url, 99))

    assert ask(500, 503, 200).status == 200
    assert pauses == [5, 25]
    for _ in range(2):
        with pytest.raises(NoPageError, match="the server answered 500"):
            ask(500, 500, 500)
    assert ask(200).status == 200, "one good answer and the count begins anew"
    for statuses in ((0,), (0,), (404,), (500, 500, 500)):
        spider.check_paused(url)
        with pytest.raises(NoPageError):
            ask(*statuses)
    with pytest.raises(HostPausedError, match="3 questions in a row failed, the last one: the server answered 500"):
        spider.check_paused(url)


def test_an_ended_list_is_not_asked_once_all_is_read(spider):
    (living,) = spider.sources
    ended = replace(living, until=date(2018, 12, 3))
    days = [TODAY + timedelta(days=n) for n in range(7)]

    def skipped(source):
        return [setattr(spider, "today", day) or spider._skip_inactive_list(spider.load_list(source)) for day in days]

    assert [bool(visit) for visit in skipped(ended)].count(False) == 1
    visit = next(filter(None, skipped(ended)))
    assert (visit.verdict, visit.unit, visit.observations) == (UNCHANGED, "index", 5)
    assert "not asked in this run" in visit.note
    assert not any(skipped(living))
    del spider.stored["birds", "dev", unit(A)]
    assert not any(skipped(ended))


def test_r25_a_month_of_an_older_reader_is_read_again_from_its_kept_page(spider, monkeypatch):
    monkeypatch.setattr(spider, "reader", "pipermail/2")
    stored = spider.load_list(spider.sources[0])
    one = ListedMonth(unit(A), A, text_file(LISTS["dev"], A), None, True)
    assert stored.current(unit(A)) is None
    assert stored.months([one])[unit(A)].has_page
    again = spider._reread_month(spider._landing(stored), unit(A))
    assert (again.visit.reader, sum(batch.num_rows for batch in again.batches)) == ("pipermail/2", 40)
