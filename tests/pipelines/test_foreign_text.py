"""Text of others that is stored."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.foreign_text import printable
from pipelines.landing.visits import visit_from_json, visit_to_json
from pipelines.model import Verdict, Visit


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("version 2.0, \u00e9", "version 2.0, \u00e9"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u202egnp.exe\u2066\u061c", "\ufffdgnp.exe\ufffd\ufffd"),
        ("\x1b[31mred\x00", "\ufffd[31mred\ufffd"),
    ],
)
def test_a_sign_that_does_not_print_is_replaced(written, stored):
    assert printable(written) == stored


def test_a_visit_stores_what_a_server_wrote_as_printable_text():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    visit = Visit("birds", "core", "git", "a", "https://x", now, Verdict.FAILED, reason="\u202eno", note="a\x1b[2J")
    stored = visit_from_json(visit_to_json(visit).encode())
    assert (stored.reason, stored.note) == ("\ufffdno", "a\ufffd[2J")


def test_a_note_of_an_earlier_version_is_not_read_because_it_may_repeat_a_server():
    now = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    facts = {"community": "birds", "source": "core", "kind": "git", "unit": "a", "url": "https://x", "seen_at": now}
    line = json.dumps(facts | {"verdict": "ok", "note": "the server said: Ann Wren was here"}).encode()
    assert visit_from_json(line).note == ""
    again = json.loads(visit_to_json(visit_from_json(line)))
    assert "Ann Wren" not in str(again)


def test_a_visit_to_a_unit_whose_name_is_no_utf_8_is_read_as_it_was_written():
    visit = Visit("birds", "core", "mbox", "list-\udcff", "file:///x", datetime(2026, 1, 1, tzinfo=UTC), Verdict.OK)
    assert visit_from_json(visit_to_json(visit).encode()) == visit
