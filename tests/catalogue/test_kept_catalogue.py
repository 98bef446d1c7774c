"""The catalogue in folders and subfolders, and what a run keeps of it for the next commands."""

import os
import pickle
import time
from pathlib import Path

import pytest

from pipelines.catalogue import load
from pipelines.catalogue.load import CatalogueError, community_files, file_of, keep_catalogue, load_catalogue
from pipelines.folders import Folders

BIRDS = (Path(__file__).parent / "communities/birds.toml").read_text()
FISH = (Path(__file__).parent / "communities/fish.toml").read_text()


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    communities = tmp_path / "communities"
    write(communities / "air/birds.toml", BIRDS)
    write(communities / "water/deep/fish.toml", FISH)
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(communities))
    monkeypatch.setattr("pipelines.catalogue.kept.SETTLED", 0)
    return Folders(tmp_path, communities, tmp_path / "site")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    time.sleep(0.02)


def names(where: Folders) -> dict[str, str]:
    return {each.slug: each.name for each in load_catalogue(where.communities)}


def test_community_files_may_lie_in_subfolders_but_not_in_hidden_ones(where):
    write(where.communities / "air/.drafts/owl.toml", "not = [toml")
    assert names(where) == {"birds": "Birds", "fish": "Fish"}
    assert file_of(where.communities, "fish") == where.communities / "water/deep/fish.toml"
    assert [file.name for file in community_files(where.communities)] == ["birds.toml", "fish.toml"]


def test_two_files_of_one_name_are_one_mistake(where):
    write(where.communities / "water/birds.toml", BIRDS)
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(where.communities)
    assert str(refused.value) == "birds.toml: one file only may have this name: air/birds.toml, water/birds.toml"


def test_a_kept_catalogue_is_the_one_of_the_files_and_is_read_without_them(where, monkeypatch):
    before = load_catalogue(where.communities)
    keep_catalogue(where)
    monkeypatch.setattr(load, "_read_all", pytest.fail)
    assert load_catalogue(where.communities) == before


@pytest.mark.parametrize("change", ["text", "new", "gone", "moved"])
def test_a_changed_file_is_seen(where, change):
    keep_catalogue(where)
    birds = where.communities / "air/birds.toml"
    if change == "text":
        times = birds.stat()
        write(birds, BIRDS.replace('"Birds"', '"Ducks"'))
        os.utime(birds, ns=(times.st_atime_ns, times.st_mtime_ns))
    elif change == "new":
        write(where.communities / "owls.toml", BIRDS.replace('"Birds"', '"Owls"'))
    elif change == "gone":
        birds.unlink()
    else:
        birds.rename(where.communities / "water/ducks.toml")
    expected = {
        "text": {"birds": "Ducks", "fish": "Fish"},
        "new": {"birds": "Birds", "owls": "Owls", "fish": "Fish"},
        "gone": {"fish": "Fish"},
        "moved": {"ducks": "Birds", "fish": "Fish"},
    }
    assert names(where) == expected[change]


def test_a_file_that_may_still_change_within_the_same_time_is_not_kept(where, monkeypatch):
    monkeypatch.setattr("pipelines.catalogue.kept.SETTLED", 60_000_000_000)
    keep_catalogue(where)
    assert not where.kept_catalogue.exists()


class Harm:
    def __reduce__(self):
        return os.mkdir, ("harm",)


@pytest.mark.parametrize("content", [pickle.dumps(Harm()), b"", b"cut off"])
def test_a_damaged_or_foreign_one_is_passed_over_and_nothing_in_it_runs(where, content, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    keep_catalogue(where)
    where.kept_catalogue.write_bytes(where.kept_catalogue.read_bytes()[:64] + content)
    assert names(where) == {"birds": "Birds", "fish": "Fish"}
    assert not Path("harm").exists()
