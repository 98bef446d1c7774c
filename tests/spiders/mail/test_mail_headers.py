"""Odd headers and the right reading of each: dates, charsets, the obsolete syntax.

Each value follows RFC 5322 (mail), RFC 2047 (encoded words), ISO 8601, the labels of the WHATWG Encoding Standard,
or what the program named beside it writes.
"""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mail import FROM_LINE, mail, one, rows

from spiders.mail.dates import moments
from spiders.mail.header_text import text_of
from spiders.mail.message_headers import HEADERS
from spiders.mail.odd_dates import moment


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
