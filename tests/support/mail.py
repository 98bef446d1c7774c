"""Write mail of every kind that archives have, and read it with the reader of mail."""

import io
from datetime import UTC, date, datetime

import pyarrow as pa

from pipelines.landing.schemas import MESSAGES
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.mail.reader import Archive, messages

KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
ANY_TIME = Archive(datetime(1995, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
OCTOBER = Archive(
    datetime(2013, 9, 1, tzinfo=UTC), datetime(2013, 12, 1, tzinfo=UTC), date(2013, 10, 1), pipermail=True
)
FROM_LINE = b"From jane@example.org Tue Oct  1 12:34:56 2013\n"
JANE = b"From: Jane Invented <jane@example.org>\nDate: Tue, 01 Oct 2013 14:34:56 +0200\n"


def rows(content, archive=ANY_TIME, chunk=None):
    stream = io.BytesIO(content)
    batches = list(messages((lambda n: stream.read(min(n, chunk))) if chunk else stream.read, archive, KEYED))
    return pa.Table.from_batches(batches, schema=MESSAGES).to_pylist()


def id_key(text):
    return KEYED.key("message id", text)


def one(headers, body=b"Hello\n", archive=ANY_TIME):
    (row,) = rows(FROM_LINE + headers + b"\n" + body, archive)
    return row


def written(number, body=b"Hello\n", more=b""):
    return (
        FROM_LINE + JANE + b"Subject: Thing %d\nMessage-ID: <%d@example.org>\n" % (number, number) + more + b"\n" + body
    )


def mail(number, body=b"Hello\n", more=b"", first=b""):
    """Return the message of Tess Tern with this number in its id; `first` is the border before it."""
    return first + (
        b"From: Tess Tern <tess@tern.example>\nDate: Tue, 01 Oct 2013 14:34:56 +0200\nSubject: Nests\n"
        b"Message-ID: <%d@tern.example>\n%b\n%b" % (number, more, body)
    )


def at(*moment):
    return datetime(*moment)


NOT_SEPARATORS = {
    "a sentence": b"\nFrom my point of view this is fine.\n",
    "a sentence with a colon after it": b"\nFrom the manual:\nNote: read it.\n",
    "a date but no header after it": b"\nFrom jane@example.org Tue Oct  1 12:34:56 2013\nand so on\n",
    "escaped": b"\n>From jane@example.org Tue Oct  1 12:34:56 2013\nDate: now\n",
    "indented": b"\n From jane@example.org Tue Oct  1 12:34:56 2013\nDate: now\n",
    "a patch": b"\nFrom 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"
    b"From: Joe Invented <joe@example.net>\nDate: Mon, 2 Sep 2013 10:00:00 +0000\nSubject: [PATCH] Fix\n\n",
    "in the middle of a paragraph": b"text\nFrom jane@example.org Tue Oct  1 12:34:56 2013\nHowever: no\n",
}
SEPARATORS = {
    "usual": b"From jane@example.org Tue Oct  1 12:34:56 2013\n",
    "two spaces": b"From jane@example.org  Tue Oct  1 12:34:56 2013\n",
    "obfuscated": b"From jane at example.org  Tue Oct  1 12:34:56 2013\n",
    "no address": b"From - Tue Oct  1 12:34:56 2013\n",
    "daemon": b"From MAILER-DAEMON Tue Oct 1 12:34:56 2013\n",
    "a name with quotes": b"From jane at \xe2\x80\x9cexample.org\xe2\x80\x9d  Tue Oct  1 12:34:56 2013\n",
    "a zone": b"From jane@example.org Tue Oct  1 12:34:56 UTC 2013\n",
    "an offset": b"From jane@example.org Tue Oct  1 12:34:56 +0200 2013\n",
    "like a Date header": b"From jane@example.org Tue, 01 Oct 1999 12:34:56 -0400 (EDT)\n",
    "Windows": b"From jane@example.org Tue Oct  1 12:34:56 2013\r\n",
    "no seconds": b"From jane@example.org Tue Oct  1 12:34 2013\n",
    "long": b"From " + b"x" * 800 + b"@example.org Tue Oct  1 12:34:56 2013\n",
}
DATES = {
    "Tue, 01 Oct 2013 14:34:56 +0200": (at(2013, 10, 1, 12, 34, 56), 120),
    "1 Oct 2013 14:34 -0530": (at(2013, 10, 1, 20, 4), -330),
    "Tue, 01 Oct 2013 14:34:56 +0200 (CEST)": (at(2013, 10, 1, 12, 34, 56), 120),
    "Tue, 01 Oct 2013 14:34:56 GMT": (at(2013, 10, 1, 14, 34, 56), 0),
    "Tue, 01 Oct 2013 14:34:56 EST": (at(2013, 10, 1, 19, 34, 56), -300),
    "Tue, 01 Oct 2013 14:34:56 -0000": (at(2013, 10, 1, 14, 34, 56), None),
    "Tue, 01 Oct 2013 14:34:56": (at(2013, 10, 1, 14, 34, 56), None),
    "Tue Oct  1 14:34:56 2013": (at(2013, 10, 1, 14, 34, 56), None),
    "Tue, 1 October 2013 14:34:56 +0000": (at(2013, 10, 1, 14, 34, 56), 0),
    "TUE, 01 OCT 2013 14:34:56 +0000": (at(2013, 10, 1, 14, 34, 56), 0),
    "Tue, 01 Oct 13 14:34:56 +0000": (at(2013, 10, 1, 14, 34, 56), 0),
    "Tue, 01 Oct 2013 14:34:56 +9999": (at(2013, 10, 1, 14, 34, 56), None),
    "Thu, 29 Feb 2024 23:59:60 +0000": (at(2024, 3, 1), 0),
    "Thu, 29 Feb 2013 10:00:00 +0000": None,
    "Tue, 32 Oct 2013 14:34:56 +0000": None,
    "Tue, 01 Oct 2013 99:34:56 +0000": None,
    "Tue, 01 Okt 2013 14:34:56 +0000": (at(2013, 10, 1, 14, 34, 56), 0),
    "yesterday": None,
    f"Tue, {'8' * 40} Oct 2013 14:34:56 +0200": None,
    f"Tue, {'8' * 5000} Oct 13 14:34:56 EST": None,
    "": None,
    "01 Oct 0000 00:00:00 +0000": None,
    "01 Oct 99999 00:00:00 +0000": None,
}
SENDERS = {
    b"Jane Invented <jane@example.org>": ("Jane Invented", "jane@example.org", "given"),
    b'"Invented, Jane" <jane@example.org>': ("Invented, Jane", "jane@example.org", "given"),
    b"jane@example.org (Jane Invented)": ("Jane Invented", "jane@example.org", "given"),
    b"jane@example.org": ("", "jane@example.org", "given"),
    b"<jane@example.org>": ("", "jane@example.org", "given"),
    b"jane@example.org <jane@example.org>": ("", "jane@example.org", "given"),
    b"jane at example.org (Jane Invented)": ("Jane Invented", "jane@example.org", "obfuscated"),
    b"jane at example.org (jane at example.org)": ("", "jane@example.org", "obfuscated"),
    b"jane (a) example.org": ("", "jane@example.org", "obfuscated"),
    b"jane \xc3\xa0 example.org (Jane Invented)": ("Jane Invented", "jane@example.org", "obfuscated"),
    b"jane en example.org (Jane Invented)": ("Jane Invented", "jane@example.org", "obfuscated"),
    b"Jane Invented <ja...@example.org>": ("Jane Invented", "ja...@example.org", "shortened"),
    b"Jane Invented": ("Jane Invented", "", "missing"),
    b"": ("", "", "missing"),
    b"=?UTF-8?B?SmFuw6k=?= Invented <jane@example.org>": ("Jan\u00e9 Invented", "jane@example.org", "given"),
    b"=?iso-8859-1?q?Jan=E9_Invented?= <jane@example.org>": ("Jan\u00e9 Invented", "jane@example.org", "given"),
    b"=?utf-8?q?Jane_=3Cjane=40example=2Eorg=3E?=": ("Jane", "jane@example.org", "given"),
    b"Jan\xe9 Invented <jane@example.org>": ("Jan\u00e9 Invented", "jane@example.org", "given"),
    b"Jane\n Invented\n <jane@example.org>": ("Jane Invented", "jane@example.org", "given"),
    b'"Jane Invented via dev" <dev@lists.example.org>': ("Jane Invented", "", "list"),
    b"Jane Invented via dev <DEV@lists.example.org>": ("Jane Invented", "", "list"),
    b"dev at lists.example.org (Jane Invented)": ("Jane Invented", "", "list"),
}
TEXTS = {
    b"plain": "plain",
    b"caf\xc3\xa9": "caf\u00e9",
    b"caf\xe9": "caf\u00e9",
    b"=?utf-8?q?caf=C3=A9?=": "caf\u00e9",
    b"=?UTF-8?B?Y2Fmw6k?=": "caf\u00e9",
    b"=?utf-8?q?a?= =?utf-8?q?b?=": "ab",
    b"=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=": "caf\u00e9",
    b"=?utf-8?q?a?= plain =?utf-8?q?b?=": "a plain b",
    b"=?no-such-charset?q?caf=C3=A9?=": "caf\u00e9",
    b"=?idna?q?a?=": "a",
    b"=?rot13?q?abc?=": "abc",
    b"=?gb2312?B?xOO6ww==?=": "\u4f60\u597d",
    b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=": "\u65e5\u672c",
    b"=?utf-8*en?q?a?=": "a",
    b"=?utf-8?b?!!!?=": "",
    b"=?utf-8?x?a?=": "=?utf-8?x?a?=",
    b"=?utf-8?q?unfinished": "=?utf-8?q?unfinished",
    b"\xff\xfe\x00": "\u00ff\u00fe\x00",
}
