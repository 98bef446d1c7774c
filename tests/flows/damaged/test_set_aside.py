"""Damaged files beside the observations, and a clock that was wrong: what is set aside, and what stops a run."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from support import builders
from support.damages import (
    AHEAD,
    cut,
)
from support.two_repositories import BIRDS, FILE

from flows import damage, locks
from flows.cli import main
from flows.commands.collect import print_result
from flows.results import CollectResult
from pipelines.landing.runs import begin_run
from pipelines.landing.sweep import sweep
from pipelines.landing.visits import is_whole, log_visit, read_plans, read_visits
from pipelines.model import Verdict
from pipelines.privacy.decisions import record_key_rotation, rotated_keys


def test_single_lines_of_visits_are_set_aside_and_the_others_stay(landed):
    (file,) = landed.visits.rglob("*.jsonl")
    first, second = file.read_bytes().splitlines()
    ahead = json.dumps(json.loads(first) | {"seen_at": AHEAD.isoformat()}).encode()
    newer = json.dumps(json.loads(first) | {"format": 2}).encode()
    other = json.dumps(json.loads(first) | {"community": "fish"}).encode()
    unusable = [ahead, newer, other, first[:50], b"\xff\x00", b"[]", b'{"unit": 1}']
    file.write_bytes(b"\n".join([first, *unusable, second + b"\n"]))
    assert [visit.unit for visit in read_visits(landed.visits)] == ["birds/one", "birds/two"]
    begin_run()
    sweep(landed)
    assert file.read_bytes().splitlines() == [first, second]
    assert (landed.set_aside / file.relative_to(landed.data)).read_bytes().splitlines() == unusable
    (problem,) = damage.find_damage(landed, [BIRDS])
    name = file.relative_to(landed.data)
    said = f"{name}: cannot be read (7 of 9 lines: it is dated after now: {AHEAD:%Y-%m-%d %H:%M} UTC)"
    assert problem.what == said
    begin_run()
    assert damage.find_damage(landed, [BIRDS]) == [], "the next run is whole again"


def test_a_line_that_is_damaged_after_the_file_was_read_is_set_aside(landed):
    log = next(landed.visits.rglob("*.jsonl"))
    known = len(list(read_visits(landed.visits)))
    assert is_whole(log)
    with log.open("ab") as file:
        file.write(b'{"format": 1, "commu')
    assert not is_whole(log)
    sweep(landed)
    assert is_whole(log)
    assert len(list(read_visits(landed.visits))) == known


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_a_file_of_visits_without_a_line_is_not_whole(tmp_path, content):
    (log := tmp_path / "2026-11.jsonl").write_bytes(content)
    assert not is_whole(log)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b'{"units": ["a"], "made_at": "soon"}'])
def test_a_plan_that_cannot_be_read_is_set_aside(landed, content):
    plan = landed.visits / "birds/core/plan.json"
    plan.write_bytes(content)
    assert list(read_plans(landed.visits)) == []
    sweep(landed)
    assert not plan.exists()
    assert (landed.set_aside / "visits/birds/core/plan.json").read_bytes() == content


def test_what_is_set_aside_twice_lies_there_twice(landed):
    for content in (b"one", b"two"):
        (landed.data / FILE).write_bytes(content)
        sweep(landed)
    assert [path.read_bytes() for path in sorted((landed.set_aside / FILE).parent.iterdir())] == [b"one", b"two"]


def test_a_foreign_fingerprint_is_set_aside(landed):
    landed.fingerprint.write_bytes(b"\xff\xfe")
    sweep(landed)
    assert (landed.set_aside / "fingerprint").exists()


FOLDERS, FILES = ("observations", "visits", "clones", "begun", "core"), ("fingerprint", "begun/birds.core")


@pytest.mark.parametrize("name", [*FOLDERS, *FILES])
def test_a_file_in_the_place_of_a_folder_is_set_aside_and_a_folder_in_that_of_a_file(landed, name):
    path = landed.data / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True) if name in FILES else path.write_text("x")
    assert [problem.what.partition(":")[0] for problem in damage.find_damage(landed, [BIRDS])] == [name]
    sweep(landed)
    assert (path.exists(), (landed.set_aside / name).exists()) == (False, True)


def test_a_line_about_a_rotated_key_can_be_lost_and_one_about_a_person_stops_the_build(landed, capsys):
    record_key_rotation(landed, "k0", date(2026, 1, 1))
    with (landed.data / "rotated-keys.jsonl").open("a") as file:
        file.write("torn")
    sweep(landed)
    assert rotated_keys(landed) == [("k0", date(2026, 1, 1))]
    assert (landed.set_aside / "rotated-keys.jsonl").read_text() == "torn\n"
    (landed.data / "opted-out.jsonl").write_text('{"key": "k1", "since": "20')
    assert main(["build"]) == 2
    assert "opted-out.jsonl: line 1: it is cut off or damaged; restore the file from your" in capsys.readouterr().err
    assert (landed.data / "opted-out.jsonl").exists()


def test_a_clock_that_is_behind_is_refused_because_all_that_is_held_would_be_set_aside():
    locks.check_clock(datetime.now(UTC))
    with pytest.raises(locks.WrongClockError, match="says 1970-01-01 00:00 UTC, which is before stackrank was"):
        locks.check_clock(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_damaged_marker_of_a_demo_is_named(landed, capsys):
    landed.demo_marker.write_bytes(b"\xff")
    for command in ("build", "nightly", "collect"):
        assert main([command]) == 2
        assert "demo.json cannot be read, so nobody knows whether this is a demo" in capsys.readouterr().err


def test_what_the_latest_run_has_set_aside_is_said_until_the_next_one(landed, monkeypatch, capsys):
    """A night with a clock a year ahead; then a run with the right one; then a person looks."""
    seen = builders.visit(BIRDS, "birds/one", Verdict.UNCHANGED, observations=48)
    log_visit(landed.visits, replace(seen, seen_at=AHEAD, run="ahead"))
    run = begin_run()
    sweep(landed)
    log_visit(landed.visits, replace(seen, seen_at=datetime.now(UTC), run=run))
    monkeypatch.delenv("STACKRANK_RUN")
    assert main(["status", "--max-age", "48h"]) == 3
    assert (
        f"jsonl: cannot be read (1 of 1 lines: it is dated after now: {AHEAD:%Y-%m-%d %H:%M} UTC)"
        in capsys.readouterr().err
    )
    log_visit(landed.visits, replace(seen, seen_at=datetime.now(UTC), run="next"))
    main(["status", "--max-age", "48h"])
    assert "cannot be read" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "is_damaged", "status"),
    [("gone", False, 4), ("gone", True, 3), ("connection_failed", True, 4)],
)
def test_a_collect_that_found_damage_ends_with_3_and_one_that_reached_no_host_with_4(
    landed, code, is_damaged, status, capsys
):
    if is_damaged:
        cut(landed.data / FILE)
    visit = replace(builders.visit(BIRDS, "birds/one", Verdict.FAILED), reason="it is not there", reason_code=code)
    assert print_result(CollectResult((visit,), ()), [BIRDS]) == status
