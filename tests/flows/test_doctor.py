"""What the doctor finds: git, the key, room, Prefect, the database, running commands, runs that went wrong."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from datetime import timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from support import machine
from support.machine import KEY, NOW, publish, visit, visit_to

from flows import doctor, doctor_git, doctor_key, locks
from flows.cli import main
from pipelines.folders import CHECKOUT, DemoMarker, Folders, write_demo_marker
from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import SERIES
from pipelines.model import Verdict

KEY_ID = "e19f11ecd4ea11fa"


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    return machine.with_a_wren(tmp_path, monkeypatch)


def found(capsys, status: int) -> dict[str, tuple[str, str]]:
    """What doctor tells: state and words by what was looked at."""
    assert main(["doctor"]) == status, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    parts = [(line[:6].strip(), *line[6:].split(": ", 1)) for line in lines]
    assert {state for state, _, _ in parts} <= {"ok", "note", "BAD"}
    assert any(state == "BAD" for state, _, _ in parts) == (status == 3)
    return {about: (state, said) for state, about, said in parts}


def everything(top: Path) -> set[tuple[Path, int]]:
    return {(path, path.stat().st_mtime_ns) for path in top.rglob("*")}


def test_doctor_finds_nothing_bad_on_a_fresh_machine_and_makes_nothing(where, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    before = everything(tmp_path)
    told = found(capsys, 0)
    assert everything(tmp_path) == before
    assert {about: state for about, (state, _) in told.items()} == {
        "git": "ok", "pseudonym key": "note", "data folder": "ok", "room": "ok", "Prefect": "ok", "database": "note",
        "contact": "ok", "last good run": "note", "sources": "note", "running commands": "ok",
        "stale files of killed runs": "ok",
    }  # fmt: skip
    assert told["pseudonym key"][1].startswith(f"there is none yet; the first run makes {tmp_path}/home/.config")
    assert told["sources"][1] == "1 of 1 were never fetched: wren/core; there was no run yet"
    assert "GB free" in told["data folder"][1]


@pytest.mark.long
def test_doctor_as_a_command_says_what_to_do(where):
    command = [sys.executable, "-m", "flows.cli", "doctor"]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (3, "")
    (bad,) = [line for line in ended.stdout.splitlines() if line.startswith("BAD")]
    assert bad.startswith("BAD   contact: STACKRANK_CONTACT is not set. Set it to ")


def fake_git(folder: Path, script: str) -> str:
    """A folder with a git that is another one; the real one is `$git` in its script."""
    folder.mkdir()
    git = folder / "git"
    git.write_text(f"#!/bin/bash\ngit={shutil.which('git')}\n{script}\n")
    git.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


FORGETFUL = 'kept=(); for one in "$@"; do [[ $one == --filter* ]] || kept+=("$one"); done; exec $git "${kept[@]}"'


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('[ "$1" != version ] && exec $git "$@"; echo git version 2.31.9', "2.31.9 is too old; install a git of 2.32 "),
        (FORGETFUL, " ignores --filter: it clones blob and tree objects too; install"),
        ('[ "$1" != --exec-path ] && exec $git "$@"; echo /nowhere', " cannot speak https; install"),
        (
            '[ "$1" != clone ] && exec $git "$@"; echo "fatal: no" >&2; exit 128',
            "a clone without files failed: fatal: no",
        ),
    ],
)
def test_doctor_tries_git(script, said, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", fake_git(tmp_path / "bin", script))
    finding = doctor_git.check_git()
    assert finding.state == "BAD"
    assert said in finding.text


def test_doctor_knows_the_version_that_git_names(tmp_path, monkeypatch):
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "is not installed" in str(doctor_git.check_git())
    monkeypatch.undo()
    script = '[ "$1" != version ] && exec $git "$@"; echo git version 3.0'
    monkeypatch.setenv("PATH", fake_git(tmp_path / "bin", script))
    assert str(doctor_git.check_git()) == "ok    git: 3.0, can clone commits without files"


def hold(where: Folders, key_id: str) -> None:
    """Land one unit that was read under a key."""
    seen = visit_to("birds/wren", 1, key_id=key_id)
    land(where, Harvest(seen, 0.1, SERIES, [], []))


def test_doctor_tells_the_keys_id_and_never_the_key(where, monkeypatch):
    file = where.data.parent / "home/.config/stackrank/pseudonym.key"
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    assert str(doctor_key.check_key(where)) == f"ok    pseudonym key: its id is {KEY_ID} (in STACKRANK_KEY)"
    monkeypatch.setenv("STACKRANK_KEY", KEY[:-1])
    assert str(doctor_key.check_key(where)) == "BAD   pseudonym key: STACKRANK_KEY must hold 64 hexadecimal digits"
    monkeypatch.delenv("STACKRANK_KEY")
    file.parent.mkdir(parents=True)
    file.write_text(KEY)
    file.chmod(0o640)
    assert (
        str(doctor_key.check_key(where)) == f"BAD   pseudonym key: {file} can be read by others; run: chmod 600 {file}"
    )
    file.chmod(0o600)
    assert (
        str(doctor_key.check_key(where)) == f"ok    pseudonym key: its id is {KEY_ID} (in {file}, for its owner only)"
    )
    hold(where, KEY_ID)
    assert doctor_key.check_key(where).state == "ok"
    hold(where, "0" * 16)
    assert doctor_key.check_key(where).state == "note"
    assert f"written with another key ({'0' * 16}); the next run reads it again" in doctor_key.check_key(where).text
    file.unlink()
    assert doctor_key.check_key(where).state == "BAD"
    assert (
        f"{file} is missing, and stored data was written with it (id {'0' * 16}); restore it"
        in doctor_key.check_key(where).text
    )
    assert not file.exists()


Disk = namedtuple("Disk", "free")


def test_doctor_looks_for_room(where, monkeypatch):
    for free, state in ((20e9, "ok"), (9e9, "note"), (0.9e9, "BAD")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Disk(free))
        assert doctor._space(where).state == state
        assert f"{where.data} has {free / 1e9:.1f} GB free" in doctor._space(where).text
    where.data.write_text("a file in its place")
    assert f"{where.data} cannot be written" in str(doctor._space(where))
    assert f"{where.data}/prefect cannot be written" in str(*doctor._prefect(where))


def test_doctor_looks_for_prefect(where, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    (finding,) = doctor._prefect(where)
    assert finding.state == "BAD"
    assert finding.text.startswith("no Prefect server answers at http://127.0.0.1:9/api")

    def gone(name):
        raise PackageNotFoundError

    monkeypatch.setattr(doctor, "version", gone)
    assert [str(finding) for finding in doctor._prefect(where)] == ["BAD   Prefect: is not installed; run: uv sync"]


def test_doctor_opens_the_database_and_reads_the_catalogue(where, monkeypatch, capsys):
    where.data.mkdir()
    where.database.write_text("no database")
    (where.communities / "wren.toml").write_text("name = 1")
    told = found(capsys, 3)
    assert told["database"][0] == told["catalogue"][0] == "BAD"
    assert f"{where.database} cannot be opened: " in told["database"][1]
    assert told["database"][1].endswith("if nothing has, delete it and run: uv run stackrank build")
    assert "wren.toml" in told["catalogue"][1]
    assert main(["sql", "select 1"]) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_doctor_tells_who_is_at_work_and_what_killed_runs_left(where, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    ended = subprocess.Popen(["true"])
    ended.wait()
    draft = where.data / f".{where.database.name}.{ended.pid}"
    with locks.single_run(where, "stackrank build"):
        draft.write_text("half")
        told = found(capsys, 0)
        assert draft.exists()
    assert told["running commands"][0] == told["stale files of killed runs"][0] == "note"
    assert told["running commands"][1].startswith(f"process {os.getpid()} (stackrank build), started ")
    assert told["stale files of killed runs"][1] == f"1, such as {draft}; the next run removes them"
    assert found(capsys, 0)["running commands"] == ("ok", "none")


@pytest.mark.long
def test_doctor_tells_of_nights_that_went_wrong(where, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    visit(where, "birds/wren", 60, Verdict.FAILED, reason="no answer")
    told = found(capsys, 3)
    assert told["sources"] == ("BAD", "1 of 1 were never fetched: wren/core; why: uv run stackrank status")
    assert told["last good run"] == (
        "BAD", "there was none that fetched every unit; what failed, and why: uv run stackrank status",
    )  # fmt: skip
    visit(where, "birds/wren", 50)
    publish(where, 49)
    told = found(capsys, 3)
    assert told["sources"] == ("ok", "all 1 were fetched at least once")
    assert (told["last good run"][0], "(50 h ago)" in told["last good run"][1]) == ("BAD", True)
    write_demo_marker(where, DemoMarker("Invented.", NOW.date()))
    assert found(capsys, 0)["last good run"][0] == "note"
    where.demo_marker.unlink()
    visit(where, "birds/wren", 2)
    publish(where, 1)
    assert found(capsys, 0)["last good run"][1] == f"{NOW - timedelta(hours=2):%Y-%m-%d %H:%M} UTC (2 h ago)"
