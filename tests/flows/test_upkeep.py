"""A data folder stays in bounds: pages are deleted in time, and room is forecast from the last nights."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from flows import upkeep
from flows.doctor_room import room
from pipelines.folders import Folders
from pipelines.landing import set_aside

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


@pytest.fixture
def where(tmp_path):
    (tmp_path / "data").mkdir()
    return Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")


def kept(where, place, days):
    path = where.data / place / "birds/dev/ab" / f"{days}.zst"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 1000)
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_a_night_deletes_pages_after_90_days_wherever_they_lie(where):
    old = [kept(where, place, 91) for place in ("pages", "set-aside/pages")]
    young = [kept(where, place, 89) for place in ("pages", "set-aside/pages")]
    assert upkeep.tidy(where, NOW) == 2
    assert [path.exists() for path in old + young] == [False, False, True, True]
    assert [(size.at, size.total) for size in upkeep.read_sizes(where)] == [(NOW, 2000)]


def noted(where, *sizes):
    where.nights.mkdir()
    lines = [json.dumps({"at": (NOW - timedelta(days=days)).isoformat(), "bytes": size}) for days, size in sizes]
    upkeep.sizes_file(where).write_text("\n".join(["no line", *lines, "{}"]))


@pytest.mark.parametrize(
    ("sizes", "free", "state", "said"),
    [
        ([(2, 10_000_000)], 1e9, "ok", "no forecast yet"),
        ([(90, 0), (0.5, 10_000_000), (0, 99_000_000)], 1e9, "ok", "no forecast yet"),
        ([(10, 10_000_000), (5, 90_000_000), (0, 60_000_000)], 1e9, "ok",
         "5.0 MB a day in the last runs; there is room for more than 90 days"),
        ([(10, 0), (0, 500_000_000)], 1e9, "note", "50.0 MB a day in the last runs; there is room for 20 days"),
        ([(10, 0), (0, 1_000_000_000)], 1e9, "BAD", "there is room for 10 days"),
        ([(10, 9_000_000), (0, 5_000_000)], 1e9, "ok", "more than 90 days"),
    ],
)  # fmt: skip
def test_doctor_forecasts_room_from_the_last_nights(where, monkeypatch, sizes, free, state, said):
    noted(where, *sizes)
    monkeypatch.setattr(upkeep.shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    (found,) = room(where, NOW)
    assert (found.state, said in found.text) == (state, True), found.text


def test_what_lies_aside_is_bounded_and_the_first_ones_stay(where):
    for number in range(set_aside.MOST + 3):
        (where.data / "plan.json").write_text(str(number))
        set_aside.move(where, where.data / "plan.json", "it is no plan")
    names = ["plan.json", *(f"plan.json.{number}" for number in range(2, set_aside.MOST + 1))]
    held = {path.name: path.read_text() for path in where.set_aside.glob("plan.json*")}
    assert held == {name: str(n) for n, name in enumerate(names[:-1])} | {names[-1]: str(set_aside.MOST + 2)}
    said = next(finding for finding in room(where, NOW) if finding.subject == "set aside")
    assert said.state == "ok"
    assert "of one file at most 10 lie aside" in said.text
