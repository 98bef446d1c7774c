"""Pages of mail archives: tables, totals, exports and months; what cannot be is named, its neighbours are read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.streams import Chunks
from support.walk import TODAY

from spiders.core.verdicts import NoPageError, UnreadableError
from spiders.mail import hyperkitty, pipermail_pages, ponymail
from spiders.mail.check import check_mail_start
from spiders.mail.months import YEARS, first_day, is_settled, unit_of

TABLE = "https://lists.example.org/pipermail/dev/"
VOLUMES = {
    "2013-October.txt.gz": ("2013-10", date(2013, 10, 1)),
    "2013-October.txt": ("2013-10", date(2013, 10, 1)),
    "2013.txt": ("2013", None),
    "2013q4.txt.gz": ("2013q4", None),
    "Week-of-Mon-20131007.txt.gz": ("Week-of-Mon-20131007", None),
    "2013-Octobre.txt": ("2013-Octobre", None),
}
NO_VOLUMES = [
    "../2013-October.txt", "https://elsewhere.example.org/pipermail/dev/2013-October.txt", "/robots.txt", "x/y.txt",
    "2013-October/date.html", "dev.mbox/dev.mbox", "..txt", "a%2Fb.txt", "2013-October.txt.gz?x",
]  # fmt: skip


@pytest.mark.parametrize("link", VOLUMES)
@pytest.mark.parametrize("form", ['<A href="{}">', "<a class=x HREF='{}' >", "<a href={}>"])
def test_a_table_names_its_volumes(link, form):
    page = f"<html><title>The Dev Archives</title>{form.format(link)}[ Text ]</a></html>".encode()
    (found,) = pipermail_pages.volumes(page, TABLE)
    assert found == (TABLE + link, *VOLUMES[link])


@pytest.mark.parametrize("link", NO_VOLUMES)
def test_what_lies_elsewhere_is_no_volume(link):
    page = f'<html><title>The Dev Archives</title><a href="{link}">x</a></html>'.encode()
    assert pipermail_pages.volumes(page, TABLE) == []


@pytest.mark.parametrize(
    "page", [b"", b"2013-October.txt", b"<html>Sign in</html>", b"{}", b'<html><a href="/login.txt">in</a>']
)
def test_a_page_without_a_volume_or_a_mark_of_mailman_is_no_table(page):
    with pytest.raises(NoPageError):
        pipermail_pages.volumes(page, TABLE)


def test_totals_are_read_in_every_language_of_mailman():
    assert pipermail_pages.stated_total(b"<b>Ending:</b> <i>x</i><br>\n <b>Messages:</b> 1234<p>") == 1234
    assert pipermail_pages.stated_total(b"<b>Nachrichten :</b> 7<P>") == 7
    assert pipermail_pages.stated_total(b"<b>Messages:</b> many<p>") is None
    for digits in (11, 30, 5000):
        with pytest.raises(NoPageError, match="more than 1,000,000,000 messages, which cannot be"):
            pipermail_pages.stated_total(b"<b>Messages:</b> " + b"9" * digits + b"<p>")


@pytest.mark.parametrize("months", [{"2012-04": 2, "2013-1": 0}, [{"2012-04": 2}, {"2013-1": 0}]])
def test_the_history_of_a_list_comes_in_two_shapes(months):
    assert ponymail.month_totals({"active_months": months}) == ({date(2012, 4, 1): 2, date(2013, 1, 1): 0}, [])


@pytest.mark.parametrize(
    "answer",
    [{}, {"active_months": 7}, {"active_months": None}],
)
def test_another_history_is_refused(answer):
    with pytest.raises(NoPageError):
        ponymail.month_totals(answer)


NO_MONTHS = ("2012", "2012-13", "2012-00", "0000-01", "1969-12", f"{YEARS.stop}-01", "9999-12", "\u0662012-04", "")


@pytest.mark.parametrize("name", NO_MONTHS)
def test_a_month_that_cannot_be_is_named_and_its_neighbours_are_read(name):
    found, impossible = ponymail.month_totals({"active_months": {name: 1, "2012-04": 2}})
    assert (found, impossible) == ({date(2012, 4, 1): 2}, [repr(name)])
    assert first_day(name) is None


@pytest.mark.parametrize("stated", [-1, "many", True, None, 10**9 + 1, 10**30])
def test_a_total_that_cannot_be_is_none(stated):
    total, wrong = ponymail.check_total(stated)
    assert total is None
    assert wrong
    assert ponymail.check_total(7) == (7, "")


@pytest.mark.parametrize("year", [0, 1969, YEARS.stop, 9999])
def test_a_volume_of_an_impossible_year_is_of_no_month(year):
    page = f'<title>Archives</title><a href="{year:04}-January.txt.gz">x</a><a href="2013-May.txt">x</a>'.encode()
    impossible, good = pipermail_pages.volumes(page, TABLE)
    assert (impossible.unit, impossible.month, impossible.is_impossible) == (f"{year:04}-January", None, True)
    assert (good.month, good.is_impossible) == (date(2013, 5, 1), False)


BORDERS = (b"=" * 15, b"0123456789012345678", b"==", b"\n", b"x", b"=" * 15 + b"1" * 19 + b"==")


@given(st.lists(st.sampled_from(BORDERS), max_size=12), st.integers(1, 50))
def test_borders_are_made_equal_whatever_the_chunks(parts, most):
    content = b"".join(parts)
    raw = Chunks(content)
    raw.most = most
    found = b"".join(hyperkitty.with_equal_borders(raw.read))
    assert found == hyperkitty.BOUNDARY.sub(hyperkitty.EQUAL_BORDER, content)
    assert content.count(b"\n") == found.count(b"\n")


def test_the_months_of_a_list_begin_with_it_and_end_a_month_after_it():
    months = list(hyperkitty.months(date(2018, 11, 19), date(2019, 1, 31), TODAY))
    assert [unit_of(m) for m in months] == ["2018-11", "2018-12", "2019-01", "2019-02", "2019-03"][: len(months)]
    assert unit_of(months[-1]) in ("2019-02", "2019-03")
    assert list(hyperkitty.months(TODAY.replace(day=1), None, TODAY)) == [TODAY.replace(day=1)]
    assert list(hyperkitty.months(TODAY + timedelta(days=40), None, TODAY)) == []


def test_a_month_is_settled_when_two_others_have_begun():
    day = date(2026, 3, 1)
    assert [is_settled(date(2026, m, 1), day) for m in (4, 3, 2, 1)] == [False, False, False, True]
    assert [first_day(u) for u in ("2026-03", "index", "2013q4")] == [date(2026, 3, 1), None, None]


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"From jane at example.org  Tue Oct  1 12:34:56 2013\nFrom: x", None),
        (b"Received: by x\nFrom: y\n", None),
        (b"junk before it\nFrom jane@example.org Tue Oct", None),
        (b"", None),
        (b"<html>", "a web page came instead of mail: a login, an error, or a wall against robots"),
        (b'{"error": "no"}', "JSON came instead of mail"),
        (b"[]", "JSON came instead of mail"),
        (b"Not found\n", "what came does not begin like mail"),
    ],
)
def test_what_may_be_mail_by_its_beginning(start, reason):
    if reason is None:
        check_mail_start(start)
        return
    with pytest.raises(UnreadableError) as refused:
        check_mail_start(start)
    assert str(refused.value) == reason
