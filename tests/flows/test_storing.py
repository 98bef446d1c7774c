"""What the commands say and return where many machines share a store."""

from datetime import UTC, datetime, timedelta

import pytest
from support.builders import folders_in, land, monthly, source, visit
from support.commands import run_here
from support.nights import community_file
from support.wrong import KEY

from flows import locks, storing
from flows.cluster import run_lease
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED, WRONG_USAGE
from pipelines.landing.pages import keep_page, prune_pages
from pipelines.landing.store import FolderStore

OF = source("birds")
URL = "git+https://forge.example.org/birds/one"


@pytest.fixture
def where(tmp_path, monkeypatch):
    where = folders_in(tmp_path)
    where.data.mkdir()
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(community_file("birds", URL))
    for name, value in settings(tmp_path).items():
        monkeypatch.setenv(name, value)
    return where


def settings(top, data="data", key=KEY):
    return {"STACKRANK_DATA": str(top / data), "STACKRANK_COMMUNITIES": str(top / "communities"),
            "STACKRANK_STORE": str(top / "store"), "STACKRANK_KEY": key, "HOME": str(top)}  # fmt: skip


def test_what_a_run_landed_is_in_the_store_at_its_end(where, tmp_path):
    land(where, OF, "birds/one", monthly(1, range(3)))
    assert storing.finish(where) == []
    assert [entry.key for entry in FolderStore(tmp_path / "store").list("observations/")] == [
        "observations/birds/core/birds/one.parquet"
    ]


def test_a_store_that_fails_at_the_end_of_a_run_is_a_problem_that_says_what_is_kept(where, tmp_path):
    land(where, OF, "birds/one", monthly(1, range(3)))
    (tmp_path / "store").write_text("no folder")
    (problem,) = storing.finish(where)
    assert problem.what.startswith(f"{tmp_path / 'store'}: cannot write key-id: ")
    assert problem.kept == f"all of it, in {where.data}; it goes to the store with the next run"
    assert storing.finish_command(where) == SOMETHING_FAILED


def test_a_run_does_not_begin_without_its_store(where, tmp_path):
    (tmp_path / "store").write_text("no folder")
    ended = run_here("build", **settings(tmp_path))
    assert ended.returncode == NOTHING_PUBLISHED
    assert "Start the store, or correct STACKRANK_STORE, and try again." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_machine_with_another_key_visits_nothing(where, tmp_path):
    storing.begin(where)
    ended = run_here("collect", STACKRANK_CONTACT="ops@example.org", **settings(tmp_path, "other", "6f" * 32))
    assert ended.returncode == WRONG_USAGE
    assert "give it that key: in STACKRANK_KEY" in ended.stderr


@pytest.mark.long
def test_an_empty_machine_builds_from_the_store_and_keeps_its_core_tables_there(where, tmp_path):
    land(where, OF, "birds/one", monthly(1, range(13)))
    storing.finish(where)
    assert run_here("build", **settings(tmp_path, "second")).returncode == ALL_WELL
    core = list(FolderStore(tmp_path / "store").list("core/"))
    assert any(entry.key.endswith("/tables.json") for entry in core)
    assert run_here("build", **settings(tmp_path, "third")).returncode == ALL_WELL
    assert list(FolderStore(tmp_path / "store").list("core/")) == core, "used, not made again"


def test_an_opt_out_goes_to_the_store_at_once(where, tmp_path):
    status = run_here("forget", "ann@example.org", "--yes", **settings(tmp_path)).returncode
    assert status == ALL_WELL
    assert FolderStore(tmp_path / "store").read("opted-out.jsonl")


def test_a_run_that_has_lost_its_lease_removes_nothing_from_the_store(where, tmp_path):
    page = keep_page(where.data, visit(OF, "2026-03", checksum="ab" * 32), b"mail")
    with locks.single_run(where, "stackrank nightly"):
        assert storing.finish(where) == []
        assert prune_pages(where.data, datetime.now(UTC) + timedelta(days=1)) == 1
        run_lease._held[-1].why_lost = "the next run has taken it over"
        (problem,) = storing.finish(where)
    assert problem.what == "the lease run is lost: the next run has taken it over"
    assert FolderStore(tmp_path / "store").read(page.relative_to(where.data).as_posix())
    assert storing.finish(where) == []
    assert not FolderStore(tmp_path / "store").read(page.relative_to(where.data).as_posix())
