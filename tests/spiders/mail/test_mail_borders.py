"""Borders between the messages of a mailbox: which lines are one, which are none, what parts hold.

Each form follows RFC 4155 (mailboxes), RFC 2046 (parts), or what the program named beside it writes.
"""

from datetime import date

import pyarrow as pa
import pytest
from support.mail import ANY_TIME, FROM_LINE, id_key, mail, rows

from spiders.core.batches import check_batches
from spiders.mail.reader import Archive
from spiders.mail.splitter import KEPT, LOOK

OCTOBER = Archive(ANY_TIME.first, ANY_TIME.last, date(2013, 10, 1), pipermail=True)


def read(content, archive=ANY_TIME):
    """Return for each part its number, None where it was refused; and how many likely borders were passed over."""
    found = rows(content, archive)
    numbers = {id_key(b"%d@tern.example" % number): number for number in range(10)}
    return [numbers.get(row["message_id_key"]) for row in found], sum(row["passed_borders"] for row in found)


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
