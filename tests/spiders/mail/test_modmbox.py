"""Saved pages and mailboxes of Apache's older archive: written ones in its form, and real ones where they lie."""

import gzip
import json
import mailbox
import re
from datetime import date, datetime
from time import sleep

import pytest
from support.tables_on_demand import ask, build_tables

from flows.cli import main
from flows.demo import archives, mail, ponymail
from flows.demo.mail import MONTHS, MailingList
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.visits import read_visits
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.mail import mod_mbox_pages
from spiders.mail.months import believed_times
from spiders.mail.reader import Archive, messages

SHARED = CHECKOUT.parent / "shared" / "payloads" / "mod_mbox"
NEEDS_SAMPLES = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of the real archive in {SHARED}")
KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
APRIL, MAY, JUNE, JULY, AUGUST = (date(2013, number, 1) for number in range(4, 9))
DEV = MailingList("ponymail", "/", "birds-dev@incubator.apache.org", {APRIL: 30, MAY: 40, JUNE: 0, JULY: 20})
CATALOGUE = f"""name = "Birds"
homepage = "https://birds.example.org/"
born = 2005-01-01

[[sources]]
name = "dev-saved"
kind = "mod_mbox"
since = 2013-04-01
until = 2013-08-31
why = "Where they talked."
audience = "developers"
address = "{DEV.address}"
"""


def list_page(months, address=DEV.address):
    """The page of a list, a row for each of its months, newest first, as the archive wrote it."""
    rows = "".join(
        f"""<tr><td class="date">{MONTHS[month.month - 1][:3]} {month.year}</td><td class="links"><span class="links"
        id="{month:%Y%m}"><a href="{month:%Y%m}.mbox/thread">Thread</a> &middot; <a
        href="{month:%Y%m}.mbox/date">Date</a></span></td><td class="msgcount">{count}</td></tr>\n"""
        for month, count in sorted(months.items(), reverse=True)
    )
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{address} Archives</title></head><body id="archives">
<h1>Mailing list archives: {address}</h1>
<table id="grid"><tr><td><table class="year"><thead><tr><th colspan="3">Year 2013</th></tr></thead><tbody>
{rows}</tbody></table></td></tr></table></body></html>""".encode()


def mailbox_of(month):
    return "".join(ponymail.format_message(DEV, message) for message in mail.messages(DEV, month)).encode()


# ---- reading ---------------------------------------------------------------------------------------------------


def test_the_page_of_a_list_states_its_months():
    assert mod_mbox_pages.month_totals(list_page({APRIL: 30, MAY: 1_200}), DEV.address) == {APRIL: 30, MAY: 1_200}
    assert mod_mbox_pages.month_totals(list_page({APRIL: 30}).replace(b"Apr ", b"April\n "), None) == {APRIL: 30}


WRONG = {
    "another list": (list_page({APRIL: 3}, "birds-users@incubator.apache.org"), "the page is of another list"),
    "no month": (list_page({}), "came instead of a list's page with the messages of each month"),
    "login": (archives.LOGIN, 'a web page called "Sign in" came instead of a list\'s page'),
    "no number": (list_page({APRIL: 3}).replace(b">3<", b"><"), "states no number of a month: 'Apr 2013' ''"),
    "negative": (list_page({APRIL: -3}), "states no number of a month: 'Apr 2013' '-3'"),
    "no such month": (list_page({APRIL: 3}).replace(b"Apr 2013", b"Abr 2013"), "no number of a month: 'Abr 2013'"),
    "year nought": (list_page({APRIL: 3}).replace(b"Apr 2013", b"Apr 0000"), "states no number of a month: 'Apr 0000'"),
    "twice": (list_page({APRIL: 3, MAY: 4}).replace(b"Apr", b"May"), "the page states 2013-05 twice"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "reason"), WRONG.values(), ids=WRONG)
def test_any_other_page_is_refused_with_its_reason(page, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        mod_mbox_pages.month_totals(page, DEV.address)


@pytest.mark.parametrize(("name", "month"), [
    ("201305.mbox", MAY), ("201305", MAY), ("201305.mbox.gz", MAY), ("birds-dev-2013-05.mbox", MAY),
    ("201300.mbox", None), ("20130501.mbox", None), ("mbox", None), ("201304-201305.mbox", None), ("000005", None),
])  # fmt: skip
def test_the_month_of_a_mailbox_stands_in_its_name(name, month):
    assert mod_mbox_pages.month_of(name) == month


# ---- from saved pages to the metrics ---------------------------------------------------------------------------


def read(where, path, monkeypatch, capfd):
    for name, value in (("DATA", where.data), ("COMMUNITIES", where.communities), ("KEY", "5e" * 32)):
        monkeypatch.setenv(f"STACKRANK_{name}", str(value))
    sleep(1)  # visits are noted to the second
    status = main(["collect", "--pages", str(path), "--source", "birds/dev-saved"])
    out = capfd.readouterr()
    return status, out.out.strip(), out.err


@pytest.mark.long
def test_a_month_whose_mail_is_all_there_was_seen_and_any_other_is_a_hole(tmp_path, monkeypatch, capfd):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(CATALOGUE)
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "index.html").write_bytes(list_page({APRIL: 30, MAY: 41, JULY: 20}))
    (saved / "201304.mbox").write_bytes(mailbox_of(APRIL))
    (saved / "201305.mbox.gz").write_bytes(gzip.compress(mailbox_of(MAY)))
    (saved / "201306.mbox").write_bytes(archives.LOGIN)
    (saved / "201307.mbox.gz").write_bytes(gzip.compress(mailbox_of(JULY))[:-9])
    (saved / "mail").write_bytes(mailbox_of(JULY))
    status, told, _ = read(where, saved, monkeypatch, capfd)
    assert (status, told) == (3, "3 fetched, 3 failed")
    visits = {visit.unit: visit for visit in read_visits(where.visits)}
    assert {unit: (str(visit.verdict), visit.observations) for unit, visit in visits.items()} == {
        "index": ("ok", 3), "2013-04": ("ok", 30), "2013-05": ("ok", 40), "201306.mbox": ("failed", None),
        "201307.mbox.gz": ("failed", None), "mail": ("failed", None),
    }  # fmt: skip
    assert (visits["2013-04"].note, visits["2013-05"].note) == ("", "the archive says 41 messages, 40 were read")
    assert visits["mail"].reason == "its name does not say of which month it is, as in 201305.mbox"
    build_tables(where, load_catalogue(where.communities), date(2014, 1, 20))
    months = ask(where, "select strftime(month, '%m'), state, covered from core.coverage "
                        "where source = 'dev-saved' and month < '2013-09-01' order by 1")  # fmt: skip
    # Of May a message is missing, and nobody knows when it was sent: sure is only what came before the newest one.
    newest = max(message.sent for message in mail.messages(DEV, MAY)).replace(tzinfo=None)
    share = (newest - datetime(2013, 5, 1)).total_seconds() / 31 / 86_400
    assert [(month, state) for month, state, _ in months] == [
        ("04", "seen"), ("05", "partial"), ("06", "gap"), ("07", "gap"), ("08", "gap"),
    ]  # fmt: skip
    assert months[1][2] == pytest.approx(share, abs=1e-4)
    compared = ask(
        where, "select strftime(month, '%m'), total, stored, difference, state from core.reconciliation order by 1"
    )
    assert compared == [
        ("04", 30, 30, 0, "equal"), ("05", 41, 40, -1, "differs"), ("07", 20, None, None, "not held"),
    ]  # fmt: skip
    (saved / "index.html").write_bytes(list_page({APRIL: 30, MAY: 40, JULY: 20}))
    assert read(where, saved / "index.html", monkeypatch, capfd)[:2] == (0, "1 fetched, 0 failed")
    assert read(where, saved / "201305.mbox.gz", monkeypatch, capfd)[:2] == (0, "1 fetched, 0 failed")
    build_tables(where, load_catalogue(where.communities), date(2014, 1, 20))
    assert ask(where, "select state from core.coverage where source = 'dev-saved' and month = '2013-05-01'") == [
        ("seen",)
    ]
    assert ask(where, "select sum(value) from metrics.messages") == [(70,)]


# ---- the real archive ------------------------------------------------------------------------------------------


@NEEDS_SAMPLES
def test_the_counts_that_a_crawl_of_2013_took_from_the_pages_are_read_from_pages_of_that_form():
    crawled = json.loads((SHARED / "asf-mail-spider/asfmailspider/items.json").read_text())
    lists = [one for one in crawled if one.get("ml", "").startswith("cloudstack-")]
    assert len(lists) > 3
    for one in lists:
        counts = {datetime.fromisoformat(day).date(): int(count) for day, count in one["datatime"]}
        assert mod_mbox_pages.month_totals(list_page(counts), DEV.address) == counts


@NEEDS_SAMPLES
def test_the_index_of_all_lists_is_no_page_of_one(capsys):
    page = (SHARED / "source_html/Available Mailing Lists(2021.2).html").read_bytes()
    with pytest.raises(ValueError, match="a web page came instead of a list's page"):
        mod_mbox_pages.month_totals(page, None)


@NEEDS_SAMPLES
def test_a_real_month_has_as_many_messages_as_the_standard_library_finds():
    path = SHARED / "maven-dev-2017-12-mailarchivesao.mbox"
    month = mod_mbox_pages.month_of(path.name)
    assert month == date(2017, 12, 1)
    with path.open("rb") as raw:
        found = [
            row
            for batch in messages(raw.read, Archive(*believed_times(month), month), KEYED)
            for row in batch.to_pylist()
        ]
    assert len(found) == len(mailbox.mbox(path, create=False))
    assert not [row for row in found if row["quarantine"] or row["message_id_key"] is None]
