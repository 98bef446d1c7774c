"""Odd mail and the right reading of each: borders, dates, charsets, senders, answers.

Each value follows RFC 5322 (mail), RFC 2046 and 2047 (parts, encoded words), RFC 4155 (mailboxes), ISO 8601, the labels
of the WHATWG Encoding Standard, or what the program named beside it writes.
"""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mail import ANY_TIME, FROM_LINE, KEYED, one, rows

from spiders.core.batches import check_batches
from spiders.core.text import base_subject
from spiders.mail.dates import moments
from spiders.mail.header_text import text_of
from spiders.mail.message_headers import HEADERS
from spiders.mail.message_ids import answered_ids
from spiders.mail.odd_dates import moment
from spiders.mail.reader import Archive
from spiders.mail.senders import sender
from spiders.mail.splitter import KEPT, LOOK

OCTOBER = Archive(ANY_TIME.first, ANY_TIME.last, date(2013, 10, 1), pipermail=True)


def id_key(text):
    return KEYED.key("message id", text)


def mail(number, body=b"Hello\n", more=b"", first=b""):
    return first + (
        b"From: Tess Tern <tess@tern.example>\nDate: Tue, 01 Oct 2013 14:34:56 +0200\nSubject: Nests\n"
        b"Message-ID: <%d@tern.example>\n%b\n%b" % (number, more, body)
    )


def read(content, archive=ANY_TIME):
    """Return for each part its number, None where it was refused; and how many likely borders were passed over."""
    found = rows(content, archive)
    numbers = {id_key(b"%d@tern.example" % number): number for number in range(10)}
    return [numbers.get(row["message_id_key"]) for row in found], sum(row["passed_borders"] for row in found)


# ---- borders ---------------------------------------------------------------------------------------------------

BORDERS = {
    "nothing": b"From \n",
    "a dash, as old Netscape": b"From - \n",
    "a dash without a blank": b"From -\n",
    "an address alone": b"From tess@tern.example\n",
    "the number of a thread, as Google Takeout": b"From 184434779226711780@xxx\n",
    "the number and a date, as Google Takeout": b"From 1844@xxx Mon Jan 01 00:00:00 +0000 2013\n",
    "a dash and a date, as Thunderbird": b"From - Tue Oct 01 12:34:56 2013\n",
    "Eudora": b"From ???@??? Tue Oct 01 12:34:56 2013\n",
    "ISO 8601": b"From tess@tern.example 2013-10-01T12:34:56Z\n",
    "ISO 8601 with a blank": b"From tess@tern.example 2013-10-01 12:34:56 +0200\n",
    "German": b"From tess@tern.example Di Okt  1 12:34:56 2013\n",
    "French": "From tess@tern.example mar. oct.  1 12:34:56 août 2013\n".encode(),
    "a year of two digits": b"From tess@tern.example Tue Oct  1 12:34:56 13\n",
    "numbers alone": b"From tess@tern.example 01/10/2013 12:34\n",
    "no day of the week": b"From tess@tern.example Oct  1 12:34:56 2013\n",
    "Windows": b"From \r\n",
}


@pytest.mark.parametrize("line", BORDERS.values(), ids=BORDERS)
def test_a_border_in_every_form_that_mailboxes_have_is_one(line):
    assert read(b"\n".join(mail(number, first=line) for number in (1, 2, 3))) == ([1, 2, 3], 0)


def test_a_border_is_one_although_the_first_header_after_it_is_damaged():
    whole = mail(1, first=b"From - Wed Nov 01 11:33:16 2023\n") + b"\n"
    copy = b"From - Wed Nov 01 11:33:17 2023\nA copy of an editor buffer was saved.\nIt can be retrieved.\n\n"
    damaged = mail(2, first=b"From tess@tern.example Wed Nov  1 11:33:18 2023\nRe\n") + b"\n"
    assert read(whole + copy + damaged + mail(3, first=FROM_LINE)) == ([1, None, 2, 3], 0)


NO_BORDERS = {
    "a sentence": (b"From my point of view this is fine.\nSo: do it.\n", 0),
    "a heading": (b"From the manual:\nNote: read it.\n", 0),
    "a quotation in words": (b"From the mail of last week\nFrom: Kit\nDate: Monday\nSubject: Eggs\n", 1),
    "a date and prose": (b"From tess@tern.example Tue Oct  1 12:34:56 2013\nand so on\n", 1),
    "an address and prose": (b"From tess@tern.example\nFrom: me\nDate: today\nand so on\n", 0),
    "an address and one header": (b"From tess@tern.example\nSubject: Eggs\n", 0),
    "escaped": (b">From - Tue Oct  1 12:34:56 2013\nFrom: Kit\nDate: Monday\n", 0),
    "a patch": (b"From " + b"0f" * 20 + b" Mon Sep 17 00:00:00 2001\nFrom: Kit\nDate: Monday\n", 0),
}  # fmt: skip


@pytest.mark.parametrize(("text", "passed"), NO_BORDERS.values(), ids=NO_BORDERS)
def test_a_line_that_is_no_border_is_none_and_one_that_looks_like_one_is_counted(text, passed):
    assert read(mail(1, b"Hello\n\n" + text + b"\n", first=FROM_LINE) + mail(2, first=FROM_LINE)) == ([1, 2], passed)


def test_a_likely_border_inside_a_paragraph_is_counted():
    text = b"text\nFrom tess@tern.example Tue Oct  1 12:34:56 2013\nHowever: no\n"
    assert read(mail(1, text, first=FROM_LINE)) == ([1], 1)


def test_in_a_text_file_of_pipermail_only_from_and_date_begin_a_message():
    quoted = b"\n" + FROM_LINE + b"Received: by x\nFrom: kit at kite.example\n\n"
    assert read(mail(1, quoted, first=FROM_LINE) + b"\n" + mail(2, first=FROM_LINE), OCTOBER) == ([1, 2], 1)


def test_lines_that_were_passed_over_are_in_the_note_of_the_visit():
    remarks = []
    columns = pa.schema({"quarantine": pa.string(), "passed_borders": pa.int32()})
    batch = pa.RecordBatch.from_pylist([{"passed_borders": number} for number in (2, None, 1)], columns)
    list(check_batches([batch], None, remarks))
    assert remarks == ["lines that look like the border before a message, and were not taken for one: 3"]


INNER = (
    b"From kit@kite.example Tue Oct  1 12:34:56 2013\nFrom: Kit Kite <kit@kite.example>\n"
    b"Date: Tue, 1 Oct 2013 10:00:00 +0000\n\nInside\n\n"
)
PARTS = {
    "a message": (b'Content-Type: multipart/mixed; boundary="b1"\n',
                  b"--b1\nContent-Type: message/rfc822\n\n%b--b1--\n"),
    "a mailbox": (b"Content-Type: multipart/mixed;\n boundary=b1\n",
                  b"--b1\nContent-Type: application/mbox\n\n%b%b--b1--\n"),
    "a digest": (b"CONTENT-TYPE: multipart/digest; charset=utf-8; boundary=\"b 1\"\n",
                 b"--b 1\n\n%b--b 1\n\n%b--b 1--\n"),
    "the whole body": (b"Content-Type: message/rfc822\n", b"%b"),
}  # fmt: skip


@pytest.mark.parametrize(("header", "body"), PARTS.values(), ids=PARTS)
def test_what_is_attached_does_not_split(header, body):
    body = body.replace(b"%b", b"\n" + INNER)
    assert read(mail(1, body, header, FROM_LINE) + b"\n" + mail(2, first=FROM_LINE)) == ([1, 2], 0)


def test_a_multipart_message_whose_end_is_missing_ends_at_the_next_border():
    header = b"Content-Type: multipart/mixed; boundary=b1\n"
    cut = mail(1, b"--b1\n\nHello\n\n", header, FROM_LINE)
    assert read(cut + mail(2, first=FROM_LINE)) == ([1, 2], 0)
    again = mail(2, b"--b1\n\nHello\n--b1--\n\n", header, FROM_LINE)
    assert read(cut + again + mail(3, first=FROM_LINE)) == ([1, 2, 3], 0), "the same boundary in the next message"


@pytest.mark.parametrize(("more", "numbers"), [(0, [1, 2]), (-7, [1, None, 2]), (10**6, [1, None, 2])])
def test_a_content_length_counts_where_a_message_or_the_end_follows(more, numbers):
    body = b"Hello\n\n" + INNER
    length = b"Content-Length: %d\n" % (len(body) + more)
    assert read(mail(1, body, length, FROM_LINE) + b"\n" + mail(2, first=FROM_LINE))[0] == numbers
    assert read(mail(1, body, length, FROM_LINE))[0] == numbers[:-1]


def test_the_parts_of_a_large_message_do_not_split_it_however_the_stream_comes():
    header = b"Content-Type: multipart/mixed; boundary=b1\n"
    large = mail(
        1, b"--b1\n\n" + b"x" * 70 * 50_000 + b"\n\n" + INNER + b"y\n" * (LOOK // 4) + b"--b1--\n", header, FROM_LINE
    )
    assert len(large) > 3 * KEPT
    content = large + b"\n" + mail(2, first=FROM_LINE)
    assert read(content) == ([1, 2], 0)
    assert rows(content) == rows(content, chunk=65_537)


# ---- headers ---------------------------------------------------------------------------------------------------


def test_of_long_headers_what_stands_before_the_limit_is_read():
    receivers = b"To: " + b",\n ".join(b"bird%d@birds.example" % number for number in range(HEADERS // 10)) + b"\n"
    assert len(receivers) > HEADERS
    (long,) = rows(mail(1, more=receivers, first=FROM_LINE))
    (short,) = rows(mail(1, first=FROM_LINE))
    same = ("message_id_key", "sent_at", "sender_address_key", "subject_key", "quarantine")
    assert [long[name] for name in same] == [short[name] for name in same]


DATES = {
    "Mon, 1 Jul 2013 01:30:00 +02:00": ("2013-06-30 23:30:00", 120),
    "Sun, 30 Jun 2013 20:30:00 -04": ("2013-07-01 00:30:00", -240),
    "Sun, 30 Jun 2013 20:30:00 -4": ("2013-07-01 00:30:00", -240),
    "Sun, 30 Jun 2013 20:30:00 -400": ("2013-07-01 00:30:00", -240),
    "Sun, 30 Jun 2013 20:30:00 +051800": ("2013-06-30 15:12:00", 318),
    "Mon, 1 Jul 2013 01:30:00 CEST": ("2013-06-30 23:30:00", 120),
    "Mon, 1 Jul 2013 01:30:00 (CEST)": ("2013-06-30 23:30:00", 120),
    "Mon, 1 Jul 2013 01:30:00 GMT+0200": ("2013-06-30 23:30:00", 120),
    "Mon, 1 Jul 2013 01:30:00 PDT": ("2013-07-01 08:30:00", -420),
    "Mon, 1 Jul 2013 01:30:00 IST": ("2013-07-01 01:30:00", None),  # India, Ireland or Israel
    "Mon, 1 Jul 2013 01:30:00 A": ("2013-07-01 01:30:00", None),  # RFC 5322: letters of the military say nothing
    "Mon, 1 Jul 2013 01:30:00 Z": ("2013-07-01 01:30:00", 0),
    "Mon, 1 Jul 2013 01:30:00 -00:00": ("2013-07-01 01:30:00", None),
    "Mon, 1 Jul 2013 01:30:00 +2500": ("2013-07-01 01:30:00", None),
    "Mon, 1 Jul 2013 01:30:00 Eastern Daylight Time": ("2013-07-01 01:30:00", None),
    "2013-06-12T10:00:00Z": ("2013-06-12 10:00:00", 0),
    "2013-06-12T10:00:00.123456+02:00": ("2013-06-12 08:00:00", 120),
    "2013-06-12 10:00": ("2013-06-12 10:00:00", None),
    "1999/01/31": ("1999-01-31 00:00:00", None),
    "Thu, 02 Apr 2020 07:53:55.516 +0000": ("2020-04-02 07:53:55", 0),
    "Mon, 31 Jan 100 23:30:00 -0500": ("2000-02-01 04:30:00", -300),  # RFC 5322, 4.3: three digits, from 1900
    "Fri, 31 Dec 99 23:30:00 -0500": ("2000-01-01 04:30:00", -300),
    "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600": ("1997-11-21 15:55:06", -360),  # RFC 5322, A.6.3
    "Tue, 1 Jan 49 00:00:00 +0000": ("2049-01-01 00:00:00", 0),  # RFC 5322, 4.3: 00 to 49 are of this century
    "Di, 1 Okt 2013 14:34:56 +0200": ("2013-10-01 12:34:56", 120),
    "mar., 2 avr. 2013 14:34:56 +0200": ("2013-04-02 12:34:56", 120),  # `mar.` is the day, not March
    "mié, 4 dic 2013 10:00:00 -0300": ("2013-12-04 13:00:00", -180),
    "Пт, 01 ноя 2013 10:00:00 +0400": ("2013-11-01 06:00:00", 240),
    "Tue Oct  1 14:34:56 UTC 2013": ("2013-10-01 14:34:56", 0),
    "Tue Oct  1 14:34:56 EDT 2013": ("2013-10-01 18:34:56", -240),
    "Tuesday, 01-Oct-13 14:34:56 GMT": ("2013-10-01 14:34:56", 0),  # RFC 850
    "Tue, 1 Oct 2013 2:34:56 PM +0200": ("2013-10-01 12:34:56", 120),
    "Tue, 1 Oct 2013 12:34 AM +0000": ("2013-10-01 00:34:00", 0),
    "Tue, 1 Oct 2013": ("2013-10-01 00:00:00", None),
    "01/10/2013 10:00": None,  # January or October
    "Sat, 30 Feb 2013 10:00:00 EST": None,
    "Tue, 1 Oct 10:00:00 +0200": None,
}


def test_headers_of_the_obsolete_syntax_have_blanks_before_the_colon_and_comments():
    """RFC 5322, 4.5 and A.6.3."""
    old = one(
        b"From  : Tess Tern <tess@tern(comment).  example>\nDate\t: Fri, 21 Nov 1997 09(comment):   55  :  06 -0600\n"
        b"Subject     : Nests\nMessage-ID  : <1@tern.example>\nIn-Reply-To  : <2@tern.example>\n"
    )
    new = one(
        b"From: Tess Tern <tess@tern.example>\nDate: Fri, 21 Nov 1997 09:55:06 -0600\nSubject: Nests\n"
        b"Message-ID: <1@tern.example>\nIn-Reply-To: <2@tern.example>\n"
    )
    same = ("quarantine", "sent_at", "sent_offset", "message_id_key", "in_reply_to_key", "subject_key",
            "sender_name_key", "sender_address_key", "sender_domain")  # fmt: skip
    assert new["quarantine"] is None
    assert [old[name] for name in same] == [new[name] for name in same]


@pytest.mark.parametrize("text", DATES)
def test_odd_dates_are_read_and_a_zone_that_cannot_be_read_is_unknown(text):
    seconds, offset = (column[0].as_py() for column in moments(pa.array([text.encode()], pa.binary())))
    shown = None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
    assert (None if shown is None else (shown, offset)) == DATES[text]


def test_months_of_latin_1_are_read():
    assert moment("ven. 2 août 2013 10:00:00 +0000".encode("latin-1")) == moment(b"2 Aug 2013 10:00:00 +0000")


@given(st.one_of(st.binary(max_size=60), st.text("0123456789:.+-/ ,()aprfebgmtutcz²٣", max_size=40).map(str.encode)))
def test_any_date_is_read_or_none(value):
    moment(value)


def test_a_border_in_another_language_says_when_a_message_came():
    content = b"From tess@tern.example Di Okt  1 12:34:56 2013\nFrom: tess@tern.example\nSubject: x\n\nHello\n"
    (row,) = rows(content)
    assert (row["sent_at"], row["date_quality"]) == (datetime(2013, 10, 1, 12, 34, 56), "arrived")


CHARSETS = {
    "x-gbk": "王 小明", "gb_2312-80": "王 小明", "cn-gb": "王 小明", "csgb2312": "王 小明",
    "windows-949": "김 철수", "ks_c_5601-1989": "김 철수", "korean": "김 철수",
    "x-sjis": "山田 太郎", "windows-31j": "山田 太郎", "ms_kanji": "山田 太郎",
    "x-euc-jp": "佐藤 花子", "cseucpkdfmtjapanese": "佐藤 花子",
    "iso-2022-jp-ms": "佐藤 花子", "cp50220": "佐藤 花子",
    "big5-hkscs": "陳 大文", "chinesebig5": "陳 大文", "x-x-big5": "陳 大文",
    "koi8r": "Анна", "koi": "Анна", "x-cp1251": "Анна", "win-1251": "Анна", "cp-1251": "Анна", "x-mac-cyrillic": "Анна",
    "x-mac-roman": "José", "l1": "José", "iso8859-1": "José", "dos-874": "กขค", "iso-2022-kr": "김 철수",
    '"utf-8"': "José", "unicode-1-1-utf-8": "José", "us-ascii": "José",
}  # fmt: skip
CODECS = {
    "王": "gb18030", "김": "cp949", "山": "cp932", "佐": "euc_jp", "陳": "big5hkscs",
    "А": "koi8-r", "J": "cp1252", "ก": "cp874",
}  # fmt: skip
OTHERS = {
    "iso-2022-jp-ms": "iso2022_jp", "cp50220": "iso2022_jp", "x-cp1251": "cp1251",
    "win-1251": "cp1251", "cp-1251": "cp1251",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-roman": "mac_roman", "iso-2022-kr": "iso2022_kr",
    '"utf-8"': "utf-8", "unicode-1-1-utf-8": "utf-8", "us-ascii": "utf-8",
}  # fmt: skip


@pytest.mark.parametrize("label", CHARSETS)
def test_a_charset_is_known_by_each_of_its_names(label):
    raw = CHARSETS[label].encode(OTHERS.get(label, CODECS[CHARSETS[label][0]]))
    quoted = b"".join(b"=%02X" % byte for byte in raw)
    assert text_of(b"=?%b?Q?%b?=" % (label.encode(), quoted)) == CHARSETS[label]


LISTS = frozenset({"flock@lists.example", "nests@lists.example"})
TESS, TERN = ("Tess Tern", "tess@tern.example", "given"), b"Tess Tern <tess@tern.example>"
MUNGED = {
    "the own list, Mailman": (b'"Tess Tern via flock" <flock@lists.example>', b"", TERN, TESS),
    "a sister list": (b"Tess Tern via nests <nests@lists.example>", b"", TERN, TESS),
    "a list that nobody declared": (b"Tess Tern via Big Eggs <big-eggs@lists.example>", b"", TERN, TESS),
    "Google": (b"'tess@tern.example' via flock <flock@lists.example>", TERN, b"flock@lists.example", TESS),
    "only an address": (
        b"'tess@tern.example' via flock <flock@lists.example>", b"", b"", ("", "tess@tern.example", "given")),
    "the list answers too": (
        b"Tess Tern via flock <flock@lists.example>", b"", b"Flock <flock@lists.example>, " + TERN, TESS),
    "answers go to the list alone": (
        b"Tess Tern via flock <flock@lists.example>", b"", b"flock@lists.example", ("Tess Tern", "", "list")),
    "answers go to somebody else": (
        b"Tess Tern via flock <flock@lists.example>", b"", b"Kit Kite <kit@kite.example>", ("Tess Tern", "", "list")),
    "a comma in a name": (b'"Tern, Tess via flock" <flock@lists.example>', b"", b'"Tern, Tess" <tess@tern.example>',
                          ("Tern, Tess", "tess@tern.example", "given")),
    "an address without a name": (b"Tess Tern via flock <flock@lists.example>", b"", b"tess@tern.example", TESS),
    "an encoded name": (b"=?utf-8?q?Tess_Tern_via_flock?= <flock@lists.example>", b"", TERN, TESS),
    "not munged": (TERN, b"", b"kit@kite.example", TESS),
    "a person who came via something": (
        b"Tess Tern via the moon <tess@tern.example>", b"", b"",
        ("Tess Tern via the moon", "tess@tern.example", "given")),
}  # fmt: skip


@pytest.mark.parametrize(("value", "original", "reply_to", "person"), MUNGED.values(), ids=MUNGED)
def test_behind_the_address_of_a_list_stands_a_person(value, original, reply_to, person):
    assert sender(value, LISTS, original, reply_to) == person


def test_the_reader_takes_the_person_from_the_headers_of_the_list():
    munged = b"From: Tess Tern via big-eggs <big-eggs@lists.example>\nDate: Tue, 01 Oct 2013 14:34:56 +0200\n"
    plain = one(b"From: Tess Tern <tess@tern.example>\n")
    for header in (b"Reply-To:\n Tess Tern <tess@tern.example>\n", b"X-Original-From: Tess Tern <tess@tern.example>\n"):
        row = one(munged + header)
        assert (row["sender_address_key"], row["sender_name_key"]) == (
            plain["sender_address_key"],
            plain["sender_name_key"],
        )


@pytest.mark.parametrize(
    ("address", "is_shared"),
    [
        ("you@example.com", True),
        ("jira@apache.org", True),
        ("tess@bugs.launchpad.net", True),
        ("tess@tern.example", False),
    ],
)
def test_an_address_of_a_manual_or_of_a_program_is_nobodys_own(address, is_shared):
    assert one(f"From: Tess Tern <{address}>\n".encode())["sender_role"] is is_shared


ANSWERED = {
    "an id": (b" <1@tern.example>", [b"1@tern.example"]),
    "two ids": (b"<1@tern.example> <2@tern.example>", [b"1@tern.example", b"2@tern.example"]),
    "ids with commas": (b"<1@tern.example>,\n <2@tern.example>", [b"1@tern.example", b"2@tern.example"]),
    "MH": (
        b'Message from Tess Tern <tess@tern.example>\n of "Mon, 03 Jun 2013." <1@tern.example>', [b"1@tern.example"]),
    "MH to oneself": (b'Your message of "Mon, 03 Jun 2013 10:00:00 GMT." <1@tern.example>', [b"1@tern.example"]),
    "Gnus": (b'<1@tern.example> (Tess Tern\'s message of "Mon, 03 Jun 2013")', [b"1@tern.example"]),
    "elm": (b'<1@tern.example>; from "Tess Tern" at Jun 3, 13 10:00 am', [b"1@tern.example"]),
    "who wrote comes last": (b"<1@tern.example> from Tess Tern <tess@tern.example>", [b"1@tern.example"]),
    "who wrote comes first": (
        b"Tess Tern <tess@tern.example>'s message of Monday <1@tern.example>", [b"1@tern.example"]),
    "only who wrote": (b"Message from Tess Tern <tess@tern.example>", []),
    "German": ("Nachricht von Tess Tern <tess@tern.example> über Nester".encode(), []),
    "a phrase": (b"Your message of Monday", []),
    "a word": (b"message", []),
    "a bare id": (b" 1@tern.example ", [b"1@tern.example"]),
    "nothing in brackets": (b"<>", []),
    "empty": (b"", []),
}  # fmt: skip


@pytest.mark.parametrize(("value", "ids"), ANSWERED.values(), ids=ANSWERED)
def test_what_a_message_answers_is_an_id_and_no_address(value, ids):
    assert answered_ids(value) == ids


@pytest.mark.parametrize("subject", ["Re:", "Re: ", "re: AW: Re[2]:", "[flock] Re:", "回复："])
def test_a_subject_that_is_only_marks_of_an_answer_is_none(subject):
    assert base_subject(subject) == ("", True)
    row = one(f"From: tess@tern.example\nSubject: {subject}\n".encode())
    assert (row["subject_key"], row["is_reply"]) == (None, True)


def test_answers_that_say_who_wrote_are_in_two_threads():
    def answer(number):
        prose = (
            b'In-Reply-To: Message from Tess Tern <tess@tern.example>\n   of "Mon, 03 Jun 2013." <%d@tern.example>\n'
        )
        return one(b"From: kit@kite.example\n" + prose % number)["in_reply_to_key"]

    assert [answer(1), answer(2)] == [
        KEYED.key("message id", b"1@tern.example"),
        KEYED.key("message id", b"2@tern.example"),
    ]
