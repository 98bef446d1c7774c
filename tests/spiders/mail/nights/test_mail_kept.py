"""Pages are kept as they were served, read again by command, and deleted by age; wrong commands are refused."""

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from support.crawl import KEYED
from support.mail_lists import LISTS, A, unit

from flows.cli import main
from pipelines.landing.pages import keep_page, kept_page
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_visits
from pipelines.model import Verdict, Visit


@pytest.mark.long
def test_pages_are_kept_as_they_were_served_and_found_by_their_visit(nights):
    where = nights[0]
    there = stored_visits(where.observations).items()
    known = {key: visit for key, visit in there if visit.observations and visit.kind != "mbox"}
    for (_, source, unit_), visit in known.items():
        page = kept_page(where.data, visit)
        assert page is not None, (source, unit_)
        if page.suffix == ".gz" and LISTS[source].kind == "pipermail":
            assert page.read_bytes()[:2] == b"\x1f\x8b"
            assert sha256(page.read_bytes()).hexdigest() == visit.checksum
    assert {v.key_id for (_, _, u), v in known.items() if u == "index"} == {None}
    assert {v.key_id for (_, _, u), v in known.items() if u != "index"} == {KEYED.key_id}


@pytest.mark.long
def test_r25_kept_pages_are_read_again_without_asking_anybody(reread):
    where, before, seen, (told, *_) = reread
    key = ("birds", "dev", unit(A))
    after = stored_visits(where.observations)[key]
    assert (after.observations, after.seen_at, after.checksum) == (40, before[key].seen_at, before[key].checksum)
    assert after.note.startswith("read again on ")
    months = [k for k in before if k[1] == "dev" and k[2] != "index"]
    assert (told.returncode, told.stdout) == (0, f"{len(months)} fetched, 0 failed\n")
    assert len(list(read_visits(where.visits))) == seen + len(months) + 2, "and two mailboxes"


WRONG = {
    ("collect", "--mbox", "x"): "a mailbox needs its source: uv run stackrank collect --mbox x --source",
    ("collect", "--source", "birds/by-hand"): "birds/by-hand cannot be visited; read your own copy of it",
    ("collect", "--mbox", "nowhere", "--source", "birds/by-hand"): "nowhere is neither a file nor a folder",
    ("collect", "--mbox", ".", "--source", "birds/dev"): "no source of kind mbox is called birds/dev",
    ("collect", "--mbox", ".", "--source", "birds/none"): "no source of kind mbox is called birds/none",
    ("collect", "--mbox", ".", "--reread"): "--mbox and --pages go with --source only",
    ("collect", "birds/dev", "--mbox", ".", "--source", "birds/by-hand"): "--mbox and --pages go with --source only",
    ("collect", "--reread", "--unit", "2013-10"): "--reread goes with names of sources only",
    (
        "collect",
        "birds/by-hand",
    ): "birds/by-hand cannot be visited; read your own copy of it: uv run stackrank collect --mbox",
    ("prune", "--days", "0"): "0 is not from 1 to 36500",
}


@pytest.mark.parametrize(("command", "complaint"), WRONG.items(), ids=map(" ".join, WRONG))
def test_what_cannot_be_read_here_is_wrong_usage(spider, capsys, command, complaint):
    assert main(command) == 2
    assert complaint in capsys.readouterr().err


def test_pages_are_pruned_by_command(spider, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    (source,) = spider.sources
    visits = [visit_of(source, "x", 1, checksum=c * 64) for c in "ab"]
    for visit, days in zip(visits, (89, 91), strict=True):
        then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(keep_page(tmp_path, visit, b"mail"), (then, then))
    assert main(["prune", "--yes"]) == 0
    assert capsys.readouterr().out == "1 kept pages deleted\n"
    assert [bool(kept_page(tmp_path, visit)) for visit in visits] == [True, False]
    assert main(["prune", "--days", "88", "--yes"]) == 0
    assert kept_page(tmp_path, visits[0]) is None


def visit_of(source, unit_, observations, **facts):
    return Visit(source.community, source.name, source.kind, unit_, "https://x", datetime.now(UTC), Verdict.OK,
                 observations=observations, **facts)  # fmt: skip
