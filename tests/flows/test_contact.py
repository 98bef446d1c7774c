"""Who is visited without a contact, and what a contact is."""

import subprocess
from datetime import date

import pytest
from support import machine
from support.machine import KEY, LIVE, declare, source

from flows import contact
from flows.cli import main
from pipelines.folders import Folders
from pipelines.model import UNREADABLE, Source

HERE = "git+http://127.0.0.1:9/birds/{}"


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    return machine.with_a_wren(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("ops@example.org", None),
        ("first.last+night@mail.example.org", None),
        ("https://example.org/who-we-are", None),
        (None, "STACKRANK_CONTACT is not set"),
        ("", "STACKRANK_CONTACT is not set"),
        ("nobody", "neither an email address nor an https url: 'nobody'"),
        ("ops@example", "neither"),
        ("http://example.org/", "neither"),
        ("ops@example.org\r\nX-Evil: 1", "neither"),
        ("Ops <ops@example.org>", "neither"),
    ],
)
def test_a_contact_is_an_address_or_a_page(given, complaint):
    told = contact.find_mistake({} if given is None else {"STACKRANK_CONTACT": given})
    assert (told is None) if complaint is None else (complaint in told)


@pytest.mark.parametrize(
    ("sources", "needs"),
    [
        ([source()], True),
        ([source(url=HERE)], False),
        ([source(url=HERE), source()], True),
        ([source(enabled=False)], False),
        ([source(url="git+https://127.0.0.1.example.org/birds/{}")], True),
        ([source(url="git+https://localhost@forge.example.org/birds/{}")], True),
        ([source(url="git+http://[::1]:9/birds/{}"), source(url="git+file://localhost/srv/{}")], False),
        ([Source("wren", "all", "git", (), date(2024, 1, 1), "", urls_from="http://127.0.0.1/list.yaml",
                 url_template="git+https://forge.example.org/{repository}")], True),
        ([Source("wren", "list", UNREADABLE, ("https://lists.example.org/",), date(2024, 1, 1), "")], False),
    ],
)  # fmt: skip
def test_only_what_is_visited_on_other_machines_needs_one(sources, needs):
    assert contact.has_live(sources) is needs


@pytest.mark.parametrize("command", ["collect", "collect wren/core", "nightly", "schedule --cron @daily"])
def test_nobody_is_visited_without_a_contact(command, where, capsys):
    assert main(command.split()) == 2
    told = capsys.readouterr().err
    assert told.startswith("STACKRANK_CONTACT is not set. Nothing was visited: ")
    assert "export STACKRANK_CONTACT=you@example.org" in told
    assert not where.data.exists()


@pytest.mark.long
def test_what_is_on_this_machine_is_visited_without_one(where, monkeypatch, capfd):
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    bare = where.data.parent / "birds" / "finch.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    declare(where.communities, wren=LIVE, finch=f"git+file://localhost{bare}")
    assert main(["collect", "finch/core"]) == 0
    assert capfd.readouterr().out == "1 fetched, 0 failed\n"
