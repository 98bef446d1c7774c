"""The key of the fingerprints: where it lives, who may read it, and that it is never replaced."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.keys import KEY

from pipelines.folders import CHECKOUT
from pipelines.privacy import key_file
from pipelines.privacy.pseudonyms import KeyRefusedError, Pseudonyms


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def test_the_key_is_made_on_first_use_for_the_owner_alone_outside_the_repository(home):
    first = key_file.load(home)
    path = key_file.path(home)
    assert path == Path(home["HOME"]) / ".config/stackrank/pseudonym.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert key_file.load(home).key_id == first.key_id == Pseudonyms(bytes.fromhex(path.read_text())).key_id
    assert not key_file.path().resolve().is_relative_to(CHECKOUT)


def test_two_homes_have_two_keys(tmp_path):
    made = {key_file.load({"XDG_CONFIG_HOME": str(tmp_path / name)}).key_id for name in "ab"}
    assert len(made) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_reach_is_refused(home, mode):
    key_file.load(home)
    path = key_file.path(home)
    path.chmod(mode)
    with pytest.raises(KeyRefusedError, match="chmod 600") as refusal:
        key_file.load(home)
    assert path.read_text().strip() not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"5e5e\n", b"\xff\xfe" * 32, b"xy" * 32])
def test_a_damaged_key_file_is_refused_and_not_replaced(home, content):
    path = key_file.path(home)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyRefusedError, match="must hold 64 hexadecimal digits"):
        key_file.load(home)
    assert path.read_bytes() == content


@pytest.mark.parametrize("given", ["", "5e" * 31, "5e" * 33, "xy" * 32, "ä" * 64])
def test_a_malformed_key_is_refused_with_one_line_that_does_not_tell_it(home, given):
    with pytest.raises(KeyRefusedError) as refusal:
        key_file.load(home | {"STACKRANK_KEY": given})
    assert str(refusal.value) == "STACKRANK_KEY must hold 64 hexadecimal digits"
    assert not key_file.path(home).exists()


def test_the_key_of_the_environment_comes_first(home):
    assert key_file.load(home | {"STACKRANK_KEY": f" {KEY.hex().upper()}\n"}).key_id == Pseudonyms(KEY).key_id
    assert not key_file.path(home).exists()


def test_the_command_says_in_one_line_that_the_key_is_malformed(tmp_path):
    environment = os.environ | {"STACKRANK_KEY": "no key", "STACKRANK_DATA": str(tmp_path)}
    script = "from flows.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", script, "collect"]
    said = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert said.returncode not in (0, 3)
    assert said.stdout + said.stderr == said.stderr
    assert said.stderr.count("\n") == 1
    assert "STACKRANK_KEY must hold 64 hexadecimal digits" in said.stderr


def test_a_process_that_loses_the_race_takes_the_key_of_the_winner(home, monkeypatch):
    path = key_file.path(home)
    real = Path.hardlink_to
    monkeypatch.setattr(Path, "hardlink_to", lambda link, draft: (_win(path), real(link, draft)))
    assert key_file.load(home).key_id == Pseudonyms(KEY).key_id
    assert list(path.parent.iterdir()) == [path]


def _win(path: Path) -> None:
    path.write_text(KEY.hex())
    path.chmod(0o600)


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    script = "from pipelines.privacy import key_file; print(key_file.load().key_id)"
    environment = {name: value for name, value in os.environ.items() if name != "STACKRANK_KEY"}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path)}

    def started(_: int) -> str:
        command = [sys.executable, "-c", script]
        return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as pool:
        told = set(pool.map(started, range(4)))
    assert len(told) == 1
    assert [file.name for file in (tmp_path / "stackrank").iterdir()] == ["pseudonym.key"]
