"""A data folder of an earlier version is known by its format, and opened: `data_folders/` has one of each version.

Each was made by `stackrank collect` and `stackrank forget` of that version, from invented archives.
"""

import re
import shutil
from pathlib import Path

import pytest
from support.tables_on_demand import ask, build_tables

from flows import doctor_upgrade
from flows.damage import find_damage
from flows.doctor_upgrade import upgrade
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders, current_day
from pipelines.landing.stored import stored_visits
from pipelines.privacy import decisions

FOLDERS = sorted(path for path in (Path(__file__).parent / "data_folders").iterdir())
KEY = "5e" * 32
HELD = {("birds", "nest", "birds/nest1"): 4, ("birds", "dev", "2026-10"): 12, ("birds", "dev", "2026-11"): 10,
        ("birds", "dev", "index"): 2}  # fmt: skip


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def where(request, tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    shutil.copytree(request.param, tmp_path / "old")
    return Folders(tmp_path / "old/data", tmp_path / "old/communities", tmp_path / "site")


def sources(where):
    return [source for community in load_catalogue(where.communities) for source in community.sources]


def test_a_folder_of_each_version_is_opened_whole(where):
    assert find_damage(where, sources(where)) == []
    assert {key: visit.observations for key, visit in stored_visits(where.observations).items()} == HELD
    assert [one.key for one in decisions.opted_out(where)] == ["e19f11ecd4ea11fa"]
    build_tables(where, load_catalogue(where.communities), current_day(where))
    assert ask(where, "select count(*) from core.commits") == [(4,)]
    assert ask(where, "select count(*) from core.messages") == [(22,)]
    assert ask(where, "select version from core.releases") == [("1",)]


@pytest.mark.long
def test_doctor_says_what_the_next_run_reads_again(where, monkeypatch):
    monkeypatch.setattr(doctor_upgrade, "present_readers", lambda kinds: {kind: f"{kind}/99" for kind in kinds})
    (found,) = upgrade(where, sources(where))
    assert found.state == "note"
    assert "reads 4 of 4 units again" in found.text
    assert "git/4 (1)" in found.text
    assert found.text.endswith(" s")


@pytest.mark.long
def test_another_key_lets_all_be_read_again_and_an_empty_folder_nothing(where, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", "7a" * 32)
    held = [v for v in stored_visits(where.observations).values() if v.key_id]
    (found,) = upgrade(where, sources(where))
    count = int(re.search(r"reads (\d) of 4 units again", found.text)[1])
    assert count >= len(held) > 0
    shutil.rmtree(where.observations)
    assert list(upgrade(where, sources(where))) == []


@pytest.mark.long
def test_every_kind_has_a_reader():
    kinds = ("git", "pipermail", "hyperkitty", "ponymail", "discourse", "mailmap", "series_status")
    readers = doctor_upgrade.present_readers(kinds)
    assert {kind: reader.partition("/")[0] for kind, reader in readers.items()} == dict(zip(kinds, kinds, strict=True))
