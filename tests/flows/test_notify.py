"""A person hears of each thing once: by a real command, and by a real webhook."""

import json
import shlex
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows import notify
from flows.published import Published
from flows.status import SourceStatus, Status
from pipelines.folders import DemoMarker, Folders, write_demo_marker
from pipelines.model import Source, Verdict, Visit

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
WREN = Source("birds", "wren", "git", ("git+https://x.example.org/birds/wren",), date(2020, 1, 1), "")


@pytest.fixture
def where(tmp_path):
    return Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")


def status(good=None, tried=None):
    visit = Visit("birds", "wren", "git", "w", "u", NOW - timedelta(days=tried or 0), Verdict.FAILED, "\u202e<b>no")
    return Status((SourceStatus(WREN, {"w": visit} if tried is not None else {},
                                {} if good is None else {"w": NOW - timedelta(days=good)}, ("w",)),),
                  Published(None, None, frozenset()))  # fmt: skip


FAILED = "the nightly run failed: nothing was published; what failed, and why: stackrank status"


@pytest.mark.parametrize(
    ("exit_status", "found", "said"),
    [
        (0, status(good=1), []),
        (3, status(good=6), []),
        (4, status(good=1), [FAILED]),
        (3, status(good=8), ["birds/wren is silent: last fetched 2026-11-20"]),
        (3, status(tried=9), ["birds/wren is silent: asked since 2026-11-19, never fetched"]),
        (3, status(tried=2), []),
        (3, status(), []),
    ],
)
def test_a_failed_run_and_a_silent_source_are_conditions(exit_status, found, said):
    assert list(notify.conditions_of(exit_status, found, NOW).values()) == said


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"code A": (1, 1)}, {"code A": (2, 3)}, ["code A: place 2 to 3, before 1"]),
        ({"code A": (1, 2)}, {"code A": (2, 3)}, []),
        ({"code A": (3, 4)}, {"code A": (1, 2)}, ["code A: place 1 to 2, before 3 to 4"]),
        ({}, {"code A": (1, 1)}, []),
        ({"code A": (1, 1)}, {}, []),
    ],
)
def test_only_places_that_share_none_are_a_change_beyond_noise(before, now, said):
    assert list(notify.changes_of(before, now).values()) == said


def test_each_thing_is_said_once_and_again_when_it_came_back(where):
    sent = []
    nights = [({"failed": "F"}, {}), ({"failed": "F", "silent x": "X"}, {}), ({}, {}), ({"failed": "F"}, {})]
    for conditions, places in nights:
        notify.notify(where, conditions, places, sent.append)
    assert sent == ["stackrank\nF", "stackrank\nX", "stackrank\nF"]


def test_places_are_compared_with_those_that_were_said_last(where):
    sent = []
    for low, high in [(1, 1), (1, 2), (2, 2), (2, 2), (1, 2), (1, 1)]:
        notify.notify(where, {}, {"code A": (low, high)}, sent.append)
        notify.notify(where, {}, {}, sent.append)
    assert sent == ["stackrank\ncode A: place 2, before 1", "stackrank\ncode A: place 1, before 2"]


def test_what_could_not_be_sent_is_said_by_the_next_run(where):
    def refuse(_text):
        raise notify.NotSentError

    with pytest.raises(notify.NotSentError):
        notify.notify(where, {"failed": "F"}, {}, refuse)
    assert notify.notify(where, {"failed": "F"}, {}, [].append) == ["F"]


def test_a_file_that_cannot_be_read_lets_all_be_said_anew(where):
    where.nights.mkdir(parents=True)
    notify.said_file(where).write_text('{"conditions": 1')
    assert notify.notify(where, {"failed": "F"}, {}, [].append) == ["F"]


def by_command(where, monkeypatch, code):
    monkeypatch.setenv(notify.NOTIFY, shlex.join([sys.executable, "-c", code]))
    lines = []
    notify.after_night(where, [WREN], 4, lines.append)
    return lines


def test_a_command_reads_the_message(where, tmp_path, monkeypatch):
    code = f"import sys; open({str(tmp_path / 'said')!r}, 'a').write(sys.stdin.read())"
    assert by_command(where, monkeypatch, code) == [f"notified: {FAILED}"]
    assert by_command(where, monkeypatch, code) == []
    assert (tmp_path / "said").read_text() == f"stackrank\n{FAILED}\n"


def test_a_command_that_fails_fails_no_run(where, monkeypatch):
    assert by_command(where, monkeypatch, "raise SystemExit(7)") == [
        "not notified: the command of STACKRANK_NOTIFY ended with 7; the next run tries again"
    ]


def test_a_demo_notifies_nobody(where, monkeypatch):
    where.data.mkdir()
    write_demo_marker(where, DemoMarker("Demo", date(2026, 6, 30)))
    assert by_command(where, monkeypatch, "") == []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(("status", "is_sent"), [(200, True), (500, False), (302, False)])
def test_a_webhook_gets_json_and_no_redirect_is_followed(where, monkeypatch, status, is_sent):
    lines = []
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.asked, server.status = [], status
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv(notify.NOTIFY, f"http://127.0.0.1:{server.server_address[1]}/secret")
        notify.after_night(where, [WREN], 4, lines.append)
        server.shutdown()
    assert server.asked == [("/secret", {"text": f"stackrank\n{FAILED}"})]
    assert lines[0].startswith("notified" if is_sent else "not notified: the webhook of STACKRANK_NOTIFY")
    assert "secret" not in lines[0]


@pytest.mark.parametrize(
    ("target", "mistake"),
    [
        ("", None), ("https://hooks.example.org/x", None), ("mail -s stackrank ops", None),
        ("http://127.0.0.1:9/x", None), ("http://hooks.example.org/x", "needs https"), ("mail 'x", "not closed"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_target_is_named(target, mistake):
    found = notify.find_mistake({notify.NOTIFY: target})
    assert (mistake is None and found is None) or mistake in found
