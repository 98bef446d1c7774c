"""Where one message of a file of mail ends and the next one begins."""

from datetime import date

import pytest
from support.mail import (
    FROM_LINE,
    JANE,
    NOT_SEPARATORS,
    OCTOBER,
    SEPARATORS,
    at,
    id_key,
    rows,
    written,
)

from spiders.mail.message_headers import HEADERS
from spiders.mail.splitter import KEPT


@pytest.mark.parametrize("body", NOT_SEPARATORS.values(), ids=NOT_SEPARATORS)
def test_r03_a_body_line_that_begins_with_from_does_not_split(body):
    found = rows(written(1, body) + written(2))
    assert [row["message_id_key"] for row in found] == [id_key(b"1@example.org"), id_key(b"2@example.org")]


@pytest.mark.parametrize("line", SEPARATORS.values(), ids=SEPARATORS)
def test_r03_from_lines_of_all_programs_split(line):
    second = line + JANE + b"Message-ID: <2@example.org>\n\nHi\n"
    assert len(rows(written(1) + b"\n" + second + b"\n" + written(3))) == 3
    assert len(rows(second + b"\n" + written(3))) == 2


def test_a_missing_blank_line_before_the_from_line_is_forgiven():
    assert len(rows(written(1, b"no line end after it\n") + written(2))) == 2


def test_a_file_of_patches_splits_at_its_patches():
    patch = (
        b"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n" + JANE + b"Subject: x\n\ndiff\n\n"
    )
    assert len(rows(patch * 3)) == 3


def test_pipermails_text_files_need_from_or_date_after_the_from_line():
    quoted = b"\nFrom joe at example.net  Tue Oct  1 12:34:56 2013\nReceived: by x\nFrom: joe at example.net\n\n"
    message = (
        b"From jane at example.org  Tue Oct  1 12:34:56 2013\nFrom: jane at example.org (Jane Invented)\n"
        b"Date: Tue, 01 Oct 2013 14:34:56 +0200\nSubject: [x] y\nMessage-ID: <1@example.org>\n\n"
    )
    found = rows(message + quoted + message, OCTOBER)
    assert [row["sender_quality"] for row in found] == ["obfuscated", "obfuscated"]
    assert {row["archive_month"] for row in found} == {date(2013, 10, 1)}


def test_r03_an_archive_without_from_lines_is_one_message():
    (row,) = rows(JANE + b"Message-ID: <1@example.org>\n\nHello\n\nFrom here on: text\n")
    assert row["message_id_key"] == id_key(b"1@example.org")
    assert row["sent_at"] == at(2013, 10, 1, 12, 34, 56)


@pytest.mark.parametrize("content", [b"", b"\n", b"\n \r\n\n"])
def test_an_empty_archive_has_no_messages(content):
    assert rows(content) == []


@pytest.mark.parametrize("content", [b"<html><body>Sign in</body></html>\n", b"\x1f\x8b\x08junk", b"Hello\n" * 9])
def test_what_is_no_message_is_quarantined_with_a_reason(content):
    (row,) = rows(content)
    assert row["quarantine"] == "none of the headers From, Date, Subject, Message-ID"
    assert (row["sent_at"], row["size"]) == (None, len(content))
    mixed = rows(content + b"\n\n" + written(1))
    assert [r["quarantine"] is None for r in mixed] == [False, True]


def test_headers_without_end_are_quarantined_where_none_of_those_that_count_comes_early():
    (row, after) = rows(FROM_LINE + b"X-Long: " + b"x" * HEADERS + b"\n" + JANE + b"\nbody\n\n" + written(2))
    assert row["quarantine"] == "none of the headers From, Date, Subject, Message-ID"
    assert after["message_id_key"] == id_key(b"2@example.org")


def test_a_message_larger_than_memory_should_be_is_read_by_its_beginning():
    size = 5 * KEPT
    large, second = written(1, b"x" * 76 + b"\n") + (b"y" * 99 + b"\n") * (size // 100), written(2)
    for chunk in (None, 65_536, 700_001):
        found = rows(large + b"\n" + second, chunk=chunk)
        assert [row["size"] for row in found] == [len(large) + 1, len(second)]
        assert found == rows(large + b"\n" + second)
    other = rows(large[:-10] + b"z" * 9 + b"\n\n" + second)
    assert other[0]["content_key"] != found[0]["content_key"]
