"""What a run makes is for its owner only, whatever the umask; the site is for everybody."""

import os
import stat

import pytest
from support import stranger
from support.stranger import open_folder

from flows.cli import main
from pipelines.folders import Folders, folders, open_to_everybody, private_files

BIRDS = """name = "Birds"
homepage = "https://birds.example.org/"
born = 2020-01-01

[[sources]]
name = "box"
kind = "mbox"
since = 2020-01-01
why = "Invented."
address = "birds@lists.example.org"
urls = ["file://localhost/birds.mbox"]
"""
MAIL = """From wren@example.org Mon Jan  5 10:00:00 2026
From: Jenny Wren <wren@example.org>
Date: Mon, 5 Jan 2026 10:00:00 +0000
Subject: Song
Message-ID: <1@example.org>

Tik.
"""


def rights(path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    assert os.umask(before) == request.param, "the umask of the caller is as it was"


def make(where: Folders) -> None:
    for folder in (where.observations, where.visits, where.clones, where.site):
        folder.mkdir(parents=True)
        (folder / "file").write_text("x")
    where.database.write_text("x")


def test_what_is_made_is_for_its_owner_only(tmp_path, umask):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    with private_files(where):
        make(where)
    made = [where.data, where.observations, where.visits, where.clones, where.site]
    assert {rights(path) for path in made} == {"0o700"}
    assert {rights(path) for path in (where.database, where.visits / "file")} == {"0o600"}


def test_what_an_earlier_version_has_opened_is_closed(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    before = os.umask(0o022)
    make(where)
    os.umask(before)
    with private_files(where):
        pass
    assert {rights(path) for path in (where.observations, where.visits, where.clones)} == {"0o700"}
    assert rights(where.database) == "0o600"
    assert rights(where.site) == "0o755"


def test_the_site_is_for_everybody(tmp_path, umask):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    with private_files(where):
        make(where)
        open_to_everybody(where.site)
    assert (rights(where.site), rights(where.site / "file")) == ("0o755", "0o644")


def test_the_site_may_lie_elsewhere(tmp_path):
    given = {"STACKRANK_DATA": str(tmp_path / "data"), "STACKRANK_SITE": str(tmp_path / "www")}
    assert folders(given).site == tmp_path / "www"
    assert folders({"STACKRANK_DATA": str(tmp_path / "data")}).site == tmp_path / "data/site"


@pytest.fixture
def everywhere():
    with open_folder() as folder:
        yield folder


@pytest.mark.long
def test_a_command_keeps_what_it_makes_private(everywhere, monkeypatch, umask):
    monkeypatch.setenv("STACKRANK_DATA", str(everywhere / "data"))
    monkeypatch.setenv("STACKRANK_SITE", str(everywhere / "www"))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(everywhere / "communities"))
    (everywhere / "communities").mkdir()
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    (everywhere / "communities" / "birds.toml").write_text(BIRDS)
    (everywhere / "birds.mbox").write_text(MAIL)
    assert main(["collect", "--mbox", str(everywhere / "birds.mbox"), "--source", "birds/box"]) == 0
    made = [everywhere / "data", *(everywhere / "data").rglob("*")]
    assert len(made) > 5
    assert {rights(path) for path in made} <= {"0o700", "0o600"}
    if os.geteuid() == 0:
        found = stranger.run("find", str(everywhere), "-readable", "-printf", "%f\n").splitlines()
        assert set(found) - {"communities", "birds.toml", "birds.mbox"} == {everywhere.name}
