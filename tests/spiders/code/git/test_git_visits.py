"""What the git spider asks of a real server, how each visit ends, and which listed repositories it visits."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.git import (
    FORGE,
    history,
)
from support.git_house import CORE, House

from flows.demo import places
from flows.demo.server import serve
from spiders.code.git_log import log


def kinds(clone: Path) -> Counter[str]:
    listed = places.git(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    return Counter(listed.split())


def asked(house: House, night: int, name: str) -> list[tuple[str, str]]:
    path = f"/{FORGE}/{name}/"
    return [(r.method, r.path.removeprefix(path)) for r in house.nights[night].requests if r.path.startswith(path)]


REFERENCES = ("GET", "info/refs?service=git-upload-pack")
QUESTION = ("POST", "git-upload-pack")


@pytest.mark.long
def test_only_commits_and_tags_are_held_and_reading_them_asks_for_nothing(house):
    assert house.visit(0, "birds/files").verdict == "ok"
    assert house.visit(0, "birds/files").observations == 2
    assert kinds(house.bare("files")) == {"commit": 2, "tree": 3, "blob": 2}
    assert kinds(house.clone("files")) == {"commit": 2}
    assert asked(house, 0, "files") == [REFERENCES, QUESTION, QUESTION], "the references, then one pack"
    assert asked(house, 1, "files") == [REFERENCES, QUESTION], "the references only"


@pytest.mark.long
def test_reading_like_everybody_would_have_brought_the_mailmap(house, tmp_path):
    clone = shutil.copytree(house.clone("files"), tmp_path / "clone.git")
    places.git(clone, "update-ref", "--no-deref", "HEAD", history(house.bare("files"))[0])
    lazy = places.environment() | {"GIT_NO_LAZY_FETCH": "0"}
    with serve(house.root) as server:
        remote = {"url": f"{server.base_url}/{FORGE}/files", "promisor": "true", "partialclonefilter": "tree:0"}
        for key, value in remote.items():
            places.git(clone, "config", f"remote.origin.{key}", value)
        list(log(clone))
        assert server.requests == []
        subprocess.run(["git", "-C", clone, "log", "--format=%aN"], env=lazy, check=True, capture_output=True)
        assert len(server.requests) > 1
    assert kinds(clone)["blob"] == 1


@pytest.mark.long
def test_a_server_that_ignores_the_filter_is_noticed_and_its_commits_are_landed(house):
    visit = house.visit(0, "birds/plain")
    assert (visit.verdict, visit.observations) == ("ok", 2)
    assert "the server ignored the filter" in visit.note
    assert kinds(house.clone("plain"))["blob"] == 2
    assert house.visit(0, "birds/files").note == ""


@pytest.mark.long
def test_every_unit_has_a_visit_every_night(house):
    expected = {("core", f"birds/{name}") for name in CORE}
    for night in house.nights:
        assert expected <= set(night.visits)
        assert night.silent == ()


@pytest.mark.long
def test_what_has_not_changed_is_not_touched(house):
    fetched = ("files", "plain", "odd", "grows", "shrinks", "empties", "halfmade", "stale")
    assert {house.visit(1, f"birds/{name}").verdict for name in fetched} == {"unchanged"}
    assert house.visit(1, "birds/listed", "projects").verdict == "unchanged"
    assert house.files[1] == house.files[0]
    assert house.visit(1, "birds/odd").observations == 18


@pytest.mark.long
def test_a_new_commit_is_one_more_row(house):
    visit = house.visit(2, "birds/grows")
    assert (visit.verdict, visit.observations) == ("ok", 11)
    assert pq.read_table(house.landed("grows"))["hash"].to_pylist() == history(house.bare("grows"))
    assert {name for name, file in house.files[2].items() if file != house.files[1][name]} == {"grows"}


@pytest.mark.long
def test_r14_a_history_that_shrinks_keeps_what_was_landed(house):
    visit = house.visit(2, "birds/shrinks")
    assert (visit.verdict, visit.observations) == ("shrunk", 5)
    assert visit.reason == "shrank from 10 to 5: the earlier harvest is kept"
    assert pq.read_metadata(house.landed("shrinks")).num_rows == 10


@pytest.mark.long
def test_a_history_that_is_emptied_keeps_what_was_landed(house):
    visit = house.visit(2, "birds/empties")
    assert (visit.verdict, visit.observations) == ("shrunk", None)
    assert "the earlier history is kept" in visit.reason
    assert pq.read_metadata(house.landed("empties")).num_rows == 10


@pytest.mark.long
def test_nothing_to_land_has_its_own_verdicts(house):
    assert {house.visit(night, "birds/empty").verdict for night in range(3)} == {"empty"}
    assert house.visit(0, "birds/empty").observations == 0
    assert house.visit(0, "birds/missing").verdict == "gone"
    assert house.visit(0, "birds/headless").verdict == "failed"
    assert house.visit(0, "birds/headless").reason == "the repository has branches or tags, but no HEAD"
    assert not {"empty", "missing", "headless"} & set(house.files[2])


@pytest.mark.long
@pytest.mark.parametrize("name", ["halfmade", "stale"])
def test_what_a_killed_git_leaves_is_swept(house, name):
    assert (house.visit(0, f"birds/{name}").verdict, house.visit(0, f"birds/{name}").observations) == ("ok", 10)
    left = [p.name for p in house.clone(name).rglob("*") if p.name.endswith(".lock") or p.name.startswith("tmp_")]
    assert left == []


@pytest.mark.long
def test_listed_repositories_are_visited_unless_another_source_names_them(house):
    listed = {unit: v.verdict for (source, unit), v in house.nights[0].visits.items() if source == "projects"}
    assert listed == {
        "birds/listed": "ok",
        "../x/y": "refused",
        "-c/evil": "refused",
        "a/b/c": "refused",
        "[address]": "refused",
    }
    assert "not the owner/name" in house.visit(0, "../x/y", "projects").reason
    assert "jane" not in house.visit(0, "[address]", "projects").reason
    assert sorted(p.name for p in (house.where.clones / "birds/projects").iterdir()) == ["birds"]


@pytest.mark.long
@pytest.mark.parametrize(("source", "reason"), [("login", "no"), ("empty", "names none"), ("nowhere", "answered 404")])
def test_r01_a_list_that_is_none_is_a_failure_not_an_empty_source(house, source, reason):
    visits = [v for (name, _), v in house.nights[0].visits.items() if name == source]
    assert [v.verdict for v in visits] == ["failed"]
    assert reason in visits[0].reason
