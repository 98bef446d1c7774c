"""Invented histories: what is in them, and that each day gives the same ones."""

import os
from datetime import date
from pathlib import Path

import pytest
from support.served import ONE, TODAY, git, history, source

from flows.demo import histories, people, places
from flows.demo.invented import changes
from flows.demo.people import people_of_month
from flows.demo.shares import share_out
from pipelines.model import Source

EUCALYPTUS = Source(
    "eucalyptus",
    "parent",
    "git",
    ("git+https://forge.example.org/eucalyptus/eucalyptus",),
    since=date(2009, 1, 6),
    until=date(2017, 11, 8),
    why="",
    continued_by="eucalyptus/child",
)
CORYMBIA = Source(
    "eucalyptus",
    "child",
    "git",
    ("git+https://forge.example.org/Corymbia/eucalyptus.git",),
    since=date(2018, 1, 1),
    why="",
    continues="eucalyptus/parent",
)


def test_the_same_day_gives_the_same_hashes_and_the_next_day_adds_to_them(root: Path, tmp_path: Path) -> None:
    sources = [source(f"git+https://{ONE}")]
    histories.generate(tmp_path / "same", sources, TODAY)
    histories.generate(tmp_path / "later", sources, date(2026, 4, 30))
    known = history(root / f"{ONE}.git")
    assert history(tmp_path / "same" / f"{ONE}.git") == known
    assert set(known) < set(history(tmp_path / "later" / f"{ONE}.git"))


def test_a_repository_is_not_made_twice(root: Path) -> None:
    with pytest.raises(FileExistsError):
        histories.generate(root, [source(f"git+https://{ONE}")], TODAY)


def test_only_enabled_git_sources_are_invented(tmp_path: Path) -> None:
    url = "git+https://forge.example.org/birds/"
    histories.generate(
        tmp_path,
        [
            source(f"{url}on"),
            source(f"{url}off", enabled=False),
            source(f"{url}mail", kind="pipermail"),
        ],
        TODAY,
    )
    assert set(places.served(tmp_path)) == {"forge.example.org/birds/on"}


def test_the_successor_holds_all_of_its_parents_history_and_goes_on(tmp_path: Path) -> None:
    histories.generate(tmp_path, [EUCALYPTUS, CORYMBIA], TODAY)
    forge = tmp_path / "forge.example.org"
    parent = history(forge / "eucalyptus/eucalyptus.git")
    child = history(forge / "Corymbia/eucalyptus.git")
    assert set(parent) < set(child)
    newest = git("-C", forge / "eucalyptus/eucalyptus.git", "log", "--format=%cs", "HEAD").split()
    assert "2017-05-01" <= min(newest) <= max(newest) <= "2017-11-09"


def test_a_lively_history_has_what_real_ones_have(tmp_path: Path) -> None:
    nova = Source(
        "openstack", "core", "git", ("git+https://forge.example.org/openstack/nova",),
        since=date(2024, 1, 1), why="",
    )  # fmt: skip
    histories.generate(tmp_path, [nova], TODAY)
    bare = tmp_path / "forge.example.org/openstack/nova.git"
    log = git("-C", bare, "log", "--format=%P|%an|%cn|%ad|%cd|%s", "--date=raw", "HEAD").splitlines()
    rows = [line.split("|") for line in log]
    assert sum(" " in row[0] for row in rows) > len(rows) / 4
    assert any(row[1] == "OpenStack Proposal Bot" for row in rows)
    assert any(row[1] != row[2] for row in rows)
    assert len({row[3].split()[1] for row in rows}) > 4
    bodies = git("-C", bare, "log", "--format=%B", "HEAD")
    assert "\nCo-authored-by: " in bodies
    reverted = [line.split()[-1][:-1] for line in bodies.splitlines() if "reverts commit" in line]
    assert reverted
    assert set(reverted) <= set(history(bare))
    kinds = git("-C", bare, "for-each-ref", "--format=%(objecttype)", "refs/tags").split()
    assert set(kinds) == {"commit", "tag"}
    assert git("-C", bare, "ls-tree", "-r", "--name-only", "HEAD")
    git("-C", bare, "fsck", "--strict")


def test_every_whole_month_has_three_people_of_examples() -> None:
    first, end = date(2024, 1, 1), date(2026, 3, 1)
    months = {
        part.month: {change.author.name for change in changes("birds/one", source(), part, end)}
        for part in share_out("birds", {"birds/one": (first, end)}, None)["birds/one"]
    }
    assert len(months) == 26
    assert min(len(names) for names in months.values()) >= 3
    addresses = [a for p in people_of_month("openstack", TODAY) for a in p.addresses]
    assert all(address.endswith(("example.org", "example.com", "example.net")) for address in addresses)
    assert any(len(person.addresses) == 2 for person in people_of_month("openstack", TODAY))


def test_thousands_of_people_have_as_many_names() -> None:
    found = [people.person("openstack", number) for number in range(5000)]
    assert len({person.name for person in found}) == 5000
    assert len({address for person in found for address in person.addresses}) == 6000


def test_git_follows_no_variable_of_the_caller(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", os.devnull)
    assert history(root / f"{ONE}.git")
