"""A backup holds what nothing can make again, and a restored one is what there was."""

import io
import json
import os
import shutil
import subprocess
import tarfile
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from flows.cli import main
from pipelines.folders import folders
from pipelines.privacy import decisions, key_file

COUNT = "observations/birds/members/page-2026-11-24.parquet"
MADE = {
    COUNT: b"PAR1 counts of a day",
    "opted-out.jsonl": b'{"format": 1, "key": "k", "address_key": "a", "since": "2026-01-01"}\n',
    "rotated-keys.jsonl": b'{"format": 1, "key": "k", "since": "2026-01-01"}\n',
    "editions/2026-06/edition.json": b"{}\n",
}
MADE_AGAIN = {"observations/birds/core/birds/wren.parquet": b"PAR1", "visits/birds/core/2026-11.jsonl": b"{}\n",
              "stackrank.duckdb": b"x", "clones/birds/core/birds/wren.git/HEAD": b"x"}  # fmt: skip


@pytest.fixture
def where(tmp_path, monkeypatch):
    """A machine of its own with a key, and a data folder with all sorts of files."""
    for name in [name for name in os.environ if name.startswith(("STACKRANK_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for name, content in (MADE | MADE_AGAIN).items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    key_file.load()
    return folders()


def lose_all(where):
    """Lose the machine: the data folder and the key."""
    shutil.rmtree(where.data)
    shutil.rmtree(key_file.path().parent)


def held(where):
    found = {name: where.data / name for name in (*MADE, *MADE_AGAIN)}
    return {name: path.read_bytes() for name, path in found.items() if path.exists()}


def test_a_rehearsed_restore_brings_back_what_nothing_can_make_again(where, capsys):
    key_id = key_file.present_key_id()
    assert main(["backup", "all.backup", "--key"]) == 0
    said = capsys.readouterr()
    assert "1 editions, 1 dated counts, 2 decisions about people, 1 key" in said.out
    assert "warning: all.backup holds the key and the data, and is not encrypted" in said.err
    assert Path("all.backup").stat().st_mode & 0o777 == 0o600
    lose_all(where)
    assert main(["restore", "all.backup"]) == 0
    assert (held(where), key_file.present_key_id()) == (MADE, key_id)
    assert [one.since for one in decisions.opted_out(where)] == [date(2026, 1, 1)]
    assert "5 of 5 files restored" in capsys.readouterr().out
    assert main(["restore", "all.backup"]) == 0
    assert "0 of 5 files restored" in capsys.readouterr().out


def test_without_its_key_a_backup_says_which_key_is_missing(where, capsys):
    key_id = key_file.present_key_id()
    assert main(["backup", "data.backup"]) == 0
    assert "the key is not in it" in capsys.readouterr().out
    lose_all(where)
    assert main(["restore", "data.backup"]) == 0
    assert f"the key of this backup is {key_id}" in capsys.readouterr().out
    assert not key_file.path().exists()


def test_nothing_that_is_there_is_lost(where, capsys):
    assert main(["backup", "all.backup", "--key"]) == 0
    assert main(["backup", "all.backup"]) == 2
    assert "no backup: all.backup is there already. Nothing was written. Name a new file." in capsys.readouterr().err
    (where.data / COUNT).write_bytes(b"other counts")
    (where.data / "opted-out.jsonl").unlink()
    assert main(["restore", "all.backup"]) == 2
    assert f"1 files are there and differ, such as {COUNT}; nothing was changed" in capsys.readouterr().err
    assert not (where.data / "opted-out.jsonl").exists()
    assert main(["restore", "all.backup", "--replace"]) == 0
    assert held(where) == MADE | MADE_AGAIN
    assert (where.set_aside / COUNT).read_bytes() == b"other counts"


def test_another_key_is_never_replaced(where, capsys):
    assert main(["backup", "all.backup", "--key"]) == 0
    key_file.rotate()
    (where.data / COUNT).unlink()
    assert main(["restore", "all.backup", "--replace"]) == 2
    assert "a key is never replaced; nothing was changed" in capsys.readouterr().err
    assert not (where.data / COUNT).exists()


def write_archive(file, name, **facts):
    """Write a backup with one file under a name, as a stranger could make it, and a manifest that fits."""
    manifest = {"format": 1, "key_id": None, "files": {name: sha256(b"x").hexdigest()}} | facts
    with tarfile.open(file, "w:gz") as tar:
        for path, content in (("manifest.json", json.dumps(manifest).encode()), (name, b"x")):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:50], lambda b: b"no tar", lambda b: b"", lambda b: b[:-30] + bytes(30)], ids=range(4)
)
def test_what_is_no_whole_backup_is_refused_before_anything_is_written(where, tmp_path, spoil, capsys):
    assert main(["backup", "all.backup"]) == 0
    whole = (tmp_path / "all.backup").read_bytes()
    (tmp_path / "all.backup").write_bytes(b"\x1f\x8b" + spoil(whole)[2:])
    (where.data / COUNT).unlink()
    assert main(["restore", "all.backup"]) == 2
    assert "not restored: all.backup: " in capsys.readouterr().err
    assert not (where.data / COUNT).exists()


NAMES = ["editions/../../escape.jsonl", "/escape.jsonl", "stackrank.duckdb", "visits/x.jsonl", "editions/.hidden"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_no_backup_has_is_refused(where, tmp_path, name, capsys):
    write_archive(tmp_path / "odd.backup", name)
    before = held(where)
    assert main(["restore", "odd.backup", "--replace"]) == 2
    assert "it has a file that no backup has" in capsys.readouterr().err
    assert held(where) == before


def test_a_backup_of_a_newer_format_is_refused_by_name(where, tmp_path, capsys):
    write_archive(tmp_path / "new.backup", "editions/a", format=99)
    assert main(["restore", "new.backup"]) == 2
    assert "it has format 99, and this version of stackrank reads formats up to 1" in capsys.readouterr().err


@pytest.mark.skipif(not shutil.which("age-keygen"), reason="age is not installed")
def test_a_backup_is_encrypted_with_age(where, tmp_path, capsys):
    done = subprocess.run(["age-keygen", "-o", "mine.age"], capture_output=True, text=True, check=True)
    recipient = done.stderr.strip().rpartition(" ")[2]
    rehearse(where, tmp_path, recipient, ("--identity", "mine.age"))
    assert main(["restore", "all.backup"]) == 2
    assert "name the file of your key: --identity FILE" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("gpg"), reason="GnuPG is not installed")
def test_a_backup_is_encrypted_with_gnupg(where, tmp_path, monkeypatch):
    (tmp_path / "gnupg").mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "gnupg"))
    make = ["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "tess@tern.example.org", "default", "default"]
    subprocess.run(make, check=True, capture_output=True)
    rehearse(where, tmp_path, "tess@tern.example.org", ())
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


def rehearse(where, tmp_path, recipient, identity):
    assert main(["backup", "all.backup", "--key", "--recipient", recipient]) == 0
    sealed = (tmp_path / "all.backup").read_bytes()
    assert key_file.path().read_bytes().strip() not in sealed
    assert not sealed.startswith(b"\x1f\x8b")
    lose_all(where)
    assert main(["restore", "all.backup", *identity]) == 0
    assert held(where) == MADE


def test_who_cannot_be_encrypted_for_gets_no_file(where, tmp_path, capsys):
    assert main(["backup", "all.backup", "--recipient", "nobody@example.org"]) == 2
    assert "no backup: gpg " in capsys.readouterr().err
    assert not (tmp_path / "all.backup").exists()
