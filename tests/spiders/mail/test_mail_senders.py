"""Who wrote a message and which one it answers, where a list or a program has rewritten the headers.

Each value follows RFC 5322, or what the program named beside it writes.
"""

import pytest
from support.mail import KEYED, one

from spiders.core.text import base_subject
from spiders.mail.message_ids import answered_ids
from spiders.mail.senders import sender

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
