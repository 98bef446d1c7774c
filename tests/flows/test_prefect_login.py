"""A Prefect server that asks for no login is never used, and ours always asks for one that nobody can guess."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from support import machine, prefect

from flows import prefect_api
from flows.cli import main
from flows.exit_status import NOTHING_PUBLISHED
from pipelines.folders import CHECKOUT

OPEN_SERVER = """
import socket, sys
from flows import prefect_api
prefect_api._make_server(schedules=False).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""
OPEN = "asks for no login, so whoever reaches it runs code as you"


@pytest.fixture
def where(tmp_path, monkeypatch):
    where = machine.with_a_wren(tmp_path, monkeypatch)
    monkeypatch.setenv("STACKRANK_KEY", machine.KEY)
    monkeypatch.setenv("STACKRANK_CONTACT", "wren@birds.example.org")
    before = dict(os.environ)
    yield where
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize(("url", "said"), [
    ("http://wren:5ecret@127.0.0.1:9/api", "holds a login"), ("https://wren@host/api", "holds a login"),
    ("wren", "is no address of a server"), ("http://", "is no address of a server"),
])  # fmt: skip
def test_an_address_with_a_login_is_refused_and_not_repeated(url, said, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", url)
    with pytest.raises(prefect_api.NotStartedError, match=said) as refused:
        prefect_api.wait(1)
    assert "5ecret" not in str(refused.value)


class Answering(BaseHTTPRequestHandler):
    """Answers every question with the status of its server."""

    def do_GET(self):
        self.send_response(self.server.status)
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - its name in http.server

    def log_message(self, *_):
        """Print nothing."""


@contextmanager
def answering(status, monkeypatch):
    """Let a server stand at PREFECT_API_URL: what counts of Prefect's is the status of its answer."""
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.status = status
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
        yield
        server.shutdown()


def test_a_server_that_answers_everybody_is_refused(where, monkeypatch, capsys):
    with answering(200, monkeypatch):
        with pytest.raises(prefect_api.NotStartedError, match=OPEN):
            prefect_api.check_closed()
        main(["doctor"])
        assert f"BAD   Prefect: the Prefect server at {os.environ['PREFECT_API_URL']} {OPEN}" in capsys.readouterr().out


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_server_that_answers_nobody_without_a_login_may_be_used(status, monkeypatch):
    with answering(status, monkeypatch):
        prefect_api.check_closed()


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_blank_login_is_none_and_ours_is_random(blank):
    chosen = {prefect_api.choose_login({"PREFECT_API_AUTH_STRING": blank}) for _ in range(2)}
    assert len(chosen) == 2
    assert min(map(len, chosen)) > len("stackrank:") + 30
    assert prefect_api.choose_login({"PREFECT_API_AUTH_STRING": "wren:tik"}) == "wren:tik"


def test_doors_stay_closed_whatever_the_user_has_set(where, monkeypatch):
    for name in prefect_api.CLOSED:
        monkeypatch.setenv(name, "pickle")
    prefect_api.prepare(where)
    assert {name: os.environ[name] for name in prefect_api.CLOSED} == prefect_api.CLOSED


@pytest.mark.long
def test_a_real_server_without_a_login_is_refused_by_night_and_schedule(where, prepared_prefect, monkeypatch, capsys):
    prepared_prefect(where.data)
    prefect_api.prepare(where)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{listening.getsockname()[1]}/api")
        command = [sys.executable, "-c", OPEN_SERVER, str(listening.fileno())]
        server = subprocess.Popen(command, pass_fds=(listening.fileno(),), cwd=CHECKOUT)
    try:
        prefect_api.wait()
        assert prefect.asked("/flows/filter", {})[0] == 200
        for words in (["nightly"], ["schedule", "--cron", "0 3 * * *"]):
            assert main(words) == NOTHING_PUBLISHED
            assert OPEN in capsys.readouterr().err
    finally:
        server.terminate()
        server.wait()
    assert not where.observations.exists()
