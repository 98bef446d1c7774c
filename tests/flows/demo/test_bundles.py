"""Real histories in the demo: bundles and bare repositories of a folder are served."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.served import ONE, git, history, source

from flows.demo import catalogue, histories, places
from flows.demo.server import serve

BIRDS = source(*(f"git+https://forge.example.org/birds/{name}" for name in ("one", "two", "three")))


def test_a_bundle_is_served_with_its_branches_tags_and_head(folder: Path, root: Path, tmp_path: Path) -> None:
    given = histories.unbundle(folder, tmp_path / "served", [BIRDS])
    assert given.served == ("birds/one",)
    assert given.missing == ("birds/two", "birds/three")
    with serve(tmp_path / "served") as copy, serve(root) as original:
        seen = git("ls-remote", "--symref", f"{copy.base_url}/{ONE}")
        assert seen == git("ls-remote", "--symref", f"{original.base_url}/{ONE}")


def test_a_bare_repository_is_served_in_place_and_not_written_to(folder: Path, root: Path, tmp_path: Path) -> None:
    bare = folder / "birds__two.git"
    git("clone", "--quiet", "--bare", root / f"{ONE}.git", bare)
    before = {path: path.stat().st_mtime_ns for path in bare.rglob("*")}
    assert histories.unbundle(folder, tmp_path / "served", [BIRDS]).served == (
        "birds/one",
        "birds/two",
    )
    with serve(tmp_path / "served") as server:
        url = f"{server.base_url}/forge.example.org/birds/two"
        git("clone", "--quiet", "--bare", "--filter=tree:0", url, tmp_path / "clone.git")
    assert {path: path.stat().st_mtime_ns for path in bare.rglob("*")} == before


def test_a_broken_bundle_is_named_and_the_rest_is_served(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "birds__one.bundle").read_bytes()
    (folder / "birds__two.bundle").write_bytes(whole[: len(whole) // 2])
    (folder / "birds__three").mkdir()
    (folder / "nobody__knows.bundle").write_bytes(whole)
    given = histories.unbundle(folder, tmp_path / "served", [BIRDS])
    assert given.served == ("birds/one",)
    assert given.unnamed == ("nobody__knows.bundle",)
    assert not any("\n" in said for said in given.broken)
    assert [said.split(" cannot be read: ")[0] for said in given.broken] == [
        "birds__two.bundle",
        "birds__three",
    ]
    assert set(places.served(tmp_path / "served")) == {ONE}


@pytest.mark.parametrize(
    ("branches", "chosen"),
    [(["trunk"], "trunk"), (["trunk", "master"], "master"), (["a", "b"], None)],
)
def test_a_bundle_without_head_needs_an_obvious_branch(
    folder: Path, root: Path, tmp_path: Path, branches: list[str], chosen: str | None
) -> None:
    bare = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", root / f"{ONE}.git", bare)
    for branch in branches:
        git("-C", bare, "branch", branch, "main")
    git("-C", bare, "bundle", "create", "--quiet", folder / "birds__one.bundle", *branches)
    given = histories.unbundle(folder, tmp_path / "served", [BIRDS])
    if chosen is None:
        assert "no HEAD" in given.broken[0]
    else:
        head = git("-C", tmp_path / f"served/{ONE}.git", "symbolic-ref", "--short", "HEAD")
        assert head.strip() == chosen


def test_a_bundle_whose_head_is_no_branch_is_served_with_that_head(folder: Path, root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", root / f"{ONE}.git", bare)
    git("-C", bare, "update-ref", "--no-deref", "HEAD", "main~1")
    git("-C", bare, "bundle", "create", "--quiet", folder / "birds__one.bundle", "--all")
    assert histories.unbundle(folder, tmp_path / "served", [BIRDS]).broken == ()
    assert history(tmp_path / f"served/{ONE}.git") == history(bare)


def test_nothing_is_unpacked_over_what_is_there(folder: Path, root: Path, tmp_path: Path) -> None:
    bare = tmp_path / f"served/{ONE}.git"
    bare.parent.mkdir(parents=True)
    bare.symlink_to(root / f"{ONE}.git")
    before = history(bare)
    with pytest.raises(FileExistsError):
        histories.unbundle(folder, tmp_path / "served", [BIRDS])
    assert history(bare) == before


def test_the_newest_commit_is_the_clock_of_a_demo(root: Path, tmp_path: Path) -> None:
    newest = git("-C", root / f"{ONE}.git", "log", "-1", "--format=%ct", "HEAD").strip()
    assert catalogue.newest_commit(root) == datetime.fromtimestamp(int(newest), UTC).date()
    with pytest.raises(ValueError, match="no repository"):
        catalogue.newest_commit(tmp_path)
