"""The mail reader: nothing dropped, nothing doubled, whatever people's programs have written."""

import io
from datetime import UTC, datetime
from email.header import Header
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.mail import (
    ANY_TIME,
    DATES,
    FROM_LINE,
    JANE,
    KEYED,
    NOT_SEPARATORS,
    OCTOBER,
    SENDERS,
    SEPARATORS,
    TEXTS,
    at,
    id_key,
    one,
    rows,
)

from pipelines.landing.schemas import MESSAGES
from spiders.core.text import base_subject
from spiders.mail.dates import moments
from spiders.mail.header_text import text_of
from spiders.mail.message_ids import normal_id
from spiders.mail.reader import Archive, messages
from spiders.mail.senders import sender
from spiders.mail.splitter import split

# ---- dates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", DATES)
def test_r04_dates_as_they_are_written(text):
    seconds, offset = (column[0].as_py() for column in moments(pa.array([text.encode()], pa.binary())))
    expected = DATES[text]
    assert (
        (datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), offset) == expected if expected else seconds is None
    )


def test_r04_the_last_minutes_of_a_local_month_belong_to_the_next_one_in_utc():
    assert one(JANE.replace(b"01 Oct 2013 14:34:56 +0200", b"31 Oct 2013 23:30:00 -0500"))["sent_at"].month == 11


RECEIVED = b"Received: from a (a [192.0.2.1])\n\tby b (Postfix) with ESMTP id 7; Wed, 02 Oct 2013 08:00:00 +0000\n"


@pytest.mark.parametrize(
    ("header", "archive", "moment", "quality"),
    [
        (b"Date: Tue, 01 Oct 2013 14:34:56 +0200\n", OCTOBER, at(2013, 10, 1, 12, 34, 56), "date"),
        (b"Date: Tue, 01 Oct 1970 14:34:56 +0200\n" + RECEIVED, ANY_TIME, at(2013, 10, 2, 8), "arrived"),
        (b"Date: Tue, 01 Oct 2103 14:34:56 +0200\n", ANY_TIME, at(2013, 10, 1, 12, 34, 56), "arrived"),
        (b"Date: no\nReceived: by x; no\n", OCTOBER, at(2013, 10, 1, 12, 34, 56), "arrived"),
        (RECEIVED, ANY_TIME, at(2013, 10, 2, 8), "arrived"),
        (b"Date: Tue, 01 Oct 2003 14:34:56 +0200\n", OCTOBER, at(2013, 10, 1, 12, 34, 56), "arrived"),
    ],
)
def test_r04_the_ladder_of_clocks(header, archive, moment, quality):
    plain = Archive(archive.first, archive.last, archive.month)
    row = one(b"From: jane@example.org\n" + header, archive=plain)
    assert (row["sent_at"], row["date_quality"]) == (moment, quality)


def test_r04_without_any_clock_the_archives_month_counts_or_nothing():
    message = b"From: jane@example.org\nDate: 1 Jan 1970\n\nHello\n"
    (row,) = rows(message, Archive(OCTOBER.first, OCTOBER.last, OCTOBER.month))
    assert (row["sent_at"], row["date_quality"]) == (at(2013, 10, 1), "archive_month")
    (row,) = rows(message)
    assert (row["sent_at"], row["date_quality"], row["quarantine"]) == (None, "none", None)


# ---- people ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", SENDERS)
def test_senders_as_they_are_written(value):
    assert sender(value, frozenset({"dev@lists.example.org"})) == SENDERS[value]


@pytest.mark.parametrize("value", TEXTS)
def test_r02_texts_in_every_charset_and_in_none(value):
    assert text_of(value) == TEXTS[value]


def test_no_name_no_address_no_subject_and_no_id_is_in_a_row():
    row = one(JANE + b"Subject: Canary thing\nMessage-ID: <canary.1@example.org>\nReferences: <canary.0@x.example>\n")
    text = repr(row).lower()
    assert "example.org" in text, "the host of the address is kept"
    assert [word for word in ("jane", "invented", "canary", "thing") if word in text] == []


# ---- ids and threads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        b"Message-ID: <A.1@Example.ORG>",
        b"Message-Id:<A.1@example.org>",
        b"MESSAGE-ID: A.1@example.org",
        b"Message-ID:\n <A.1@example.org>",
        b"Message-ID: <A.1@exam\n ple.org>",
        b"Message-ID: <A.1@example.org> (added by postmaster@example.net)",
        b"Message-ID: A.1%40example.org",
    ],
)
def test_r23_one_id_however_it_is_written(header):
    assert one(JANE + header + b"\n")["message_id_key"] == id_key(b"A.1@example.org")


def test_ids_of_different_spelling_before_the_host_stay_apart():
    assert normal_id(b"a@x") != normal_id(b"A@x")


@pytest.mark.parametrize("header", [b"", b"Message-ID:\n", b"Message-ID: <>\n"])
def test_without_an_id_the_content_names_the_message(header):
    first, second = one(JANE + header), one(JANE + header, b"Other\n")
    assert (first["message_id_key"], second["message_id_key"]) == (None, None)
    assert first["content_key"] == one(JANE + header)["content_key"] != second["content_key"]


@pytest.mark.parametrize(
    ("subject", "base", "is_reply"),
    [
        ("[dev] [nova] Thing", "thing", False),
        ("Re: [dev] Thing", "thing", True),
        ("[dev] RE: Thing", "thing", True),
        ("AW: Re: Thing", "thing", True),
        ("Re[2]: Thing", "thing", True),
        ("回复：Thing", "thing", True),
        ("Reopen thing", "reopen thing", False),
        ("[dev]", "[dev]", False),
        ("", "", False),
    ],
)
def test_subjects_lose_tags_and_marks_of_replies(subject, base, is_reply):
    assert base_subject(subject) == (base, is_reply)


def test_a_long_run_of_blanks_is_passed_once():
    run = " " * 200_000
    assert base_subject(f"Re{run}x") == ("re x", False)
    assert base_subject(f"Re{run}: {run}x") == ("x", True)
    assert sender(f"jane at{run}x".encode()).quality == "missing"
    assert sender(f"Jane{run}x <dev@example.org>".encode(), frozenset({"dev@example.org"})).quality == "list"


def test_a_header_that_lost_its_colon_keeps_its_folds():
    assert one(JANE + b"Subject\n Thing\n")["subject_key"] == one(JANE + b"Subject: Thing\n")["subject_key"]


@pytest.mark.parametrize("empty", [b"\n", b"\r\n", b"\r\n\n"])
def test_headers_end_at_the_first_empty_line_in_either_form(empty):
    row = rows(FROM_LINE + JANE + empty + b"Message-ID: <1@x.example>\n")[0]
    assert (row["message_id_key"], row["sender_quality"]) == (None, "given")


def test_a_reply_knows_what_it_answers():
    row = one(JANE + b"In-Reply-To: <1@x.example>\nReferences: <0@x.example>\n\t<1@x.example>\n")
    assert row["is_reply"]
    assert row["in_reply_to_key"] == id_key(b"1@x.example")
    assert row["reference_keys"] == [id_key(b"0@x.example"), id_key(b"1@x.example")]


# ---- properties ------------------------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)
bodies = st.lists(
    st.one_of(
        st.binary(max_size=80).map(lambda b: b.replace(b"\nFrom ", b"\n From ")),
        st.sampled_from([*NOT_SEPARATORS.values(), b"", b"-- \n", b"\r\n", b"\x00"]),
    ),
    max_size=5,
).map(b"\n".join)


@st.composite
def mailboxes(draw):
    """Some messages as bytes, and the ids that they have."""
    names = draw(st.lists(st.integers(0, 10**9), unique=True, max_size=12))
    parts = []
    for name in names:
        line = draw(st.sampled_from([v for k, v in SEPARATORS.items() if k != "obfuscated"]))
        subject = Header(draw(words), "utf-8").encode().encode()
        headers = [b"From: jane@example.org", b"Message-ID: <%d@example.org>" % name, b"Subject: " + subject]
        body = draw(bodies)
        parts.append(line + b"\n".join(draw(st.permutations(headers))) + b"\n\n" + body + b"\n\n")
    return b"".join(parts), names


@pytest.mark.long
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(mailbox=mailboxes(), data=st.data())
def test_r02_n_messages_written_are_n_messages_read_in_any_chunking(mailbox, data):
    content, names = mailbox
    found = rows(content)
    assert [row["message_id_key"] for row in found] == [id_key(b"%d@example.org" % name) for name in names]
    cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=10)))
    pieces = iter([content[a:b] for a, b in pairwise([0, *cuts, len(content)]) if a < b])
    batches = messages(lambda _: next(pieces, b""), ANY_TIME, KEYED)
    assert pa.Table.from_batches(batches, schema=MESSAGES).to_pylist() == found


@given(content=st.binary(max_size=2000))
def test_r02_any_bytes_are_read_without_a_complaint_and_every_byte_is_in_a_message(content):
    raws = list(split(io.BytesIO(content).read))
    assert sum(raw.size for raw in raws) in (len(content), 0)
    assert len(rows(content)) == len(raws)
