"""Broken servers, meddled clones and strange repositories: each has its verdict, none is an empty history."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from support.git import FORGE, block, declared, history
from support.git_nights import BROKEN, LAST, MEANT, SHOWN_TAG, STRANGE, crawl, furnish, meddle

from flows.demo import places
from flows.demo.server import FAULTS, serve
from pipelines.catalogue.load import load_catalogue
from pipelines.landing.stored import read_unit, stored_files
from pipelines.warehouse.build import build_database
from pipelines.warehouse.query import ask


@pytest.fixture(scope="module")
def broken_nights(tmp_path_factory, keyed):
    """What the three nights brought, with the number of rows that were held after each."""
    top = tmp_path_factory.mktemp("nights")
    root = top / "served"
    furnish(root)
    visited = ((*BROKEN, *MEANT, "well", *STRANGE), (*BROKEN, *MEANT, "well"), LAST)
    where, done = None, []
    for number, names in enumerate(visited):
        if number == 1:
            meddle(root, where, keyed)
        faults = {f"birds/{name}": name for name in BROKEN} if number == 1 else {}
        with serve(root, faults) as server:
            where = declared(top, block("core", urls=[f"git+{server.base_url}/{FORGE}/{name}" for name in names]))
            night = crawl(where, GIT_MAX_OBJECTS=10_000, CONCURRENT_REQUESTS_PER_DOMAIN=4)
            night.requests = list(server.requests)
        night.rows = {file.stem: pq.read_metadata(file).num_rows for file in stored_files(where.observations)}
        night.left_behind = [p for p in where.clones.rglob("*") if p.name.startswith("tmp_") or p.suffix == ".lock"]
        done.append(night)
    done[0].where, done[0].root = where, root
    return done


def test_nothing_of_the_users_configuration_is_heard(broken_nights, keyed):
    assert {v.verdict for n, v in broken_nights[0].visits.items() if n in BROKEN} == {"ok"}
    assert not (keyed / "pwned").exists()


def test_every_unit_has_a_visit_and_nothing_is_left_lying_about(broken_nights):
    for night in broken_nights:
        assert night.silent == ()
        assert night.left_behind == []


@pytest.mark.parametrize("fault", FAULTS)
def test_r14_each_fault_has_its_own_verdict_and_keeps_what_was_landed(broken_nights, fault):
    verdict, reason = BROKEN[fault]
    visit = broken_nights[1].visits[fault]
    assert visit.verdict == verdict
    assert reason in visit.reason
    assert "\n" not in visit.reason
    assert broken_nights[1].rows[fault] == (61 if verdict == "ok" else 60)
    if fault in LAST:
        assert (broken_nights[2].visits[fault].verdict, broken_nights[2].rows[fault]) == ("ok", 61)


def test_r14_what_moved_on_its_host_is_followed_and_said(broken_nights):
    assert broken_nights[1].visits["rename"].note.startswith("moved to http://127.0.0.1:")
    assert broken_nights[1].visits["rename"].note.endswith("/birds/rename-renamed")
    assert broken_nights[1].visits["rename"].url.endswith("/birds/rename")


def test_a_server_that_ignores_the_filter_is_said(broken_nights):
    assert "ignored the filter" in broken_nights[1].visits["unfiltered"].note


def test_a_rewritten_history_is_read_anew_and_said(broken_nights):
    visit = broken_nights[1].visits["rewritten"]
    assert (visit.verdict, visit.observations) == ("ok", 60)
    assert visit.note == "history was rewritten: the newest commit of the harvest before is not in it any more"
    landed = broken_nights[0].where.observations / "birds/core/birds/rewritten.parquet"
    assert pq.read_table(landed)["hash"].to_pylist() == history(broken_nights[0].root / FORGE / "rewritten.git")
    assert broken_nights[1].visits["well"].note == ""


def test_another_history_at_the_same_place_does_not_take_it(broken_nights):
    visit = broken_nights[1].visits["replaced"]
    assert visit.verdict == "shrunk"
    assert visit.reason == "shrank from 60 to 20: the earlier harvest is kept"
    assert "history was rewritten" in visit.note
    assert broken_nights[2].rows["replaced"] == 60


def test_a_repository_that_is_empty_now_keeps_its_history_even_without_our_copy(broken_nights):
    for night in broken_nights[1:]:
        assert night.visits["vanished"].verdict == "shrunk"
        assert "empty now" in night.visits["vanished"].reason
        assert night.rows["vanished"] == 60


def test_a_damaged_copy_is_made_anew(broken_nights):
    assert (broken_nights[1].visits["damaged"].verdict, broken_nights[1].rows["damaged"]) == ("failed", 60)
    assert (broken_nights[2].visits["damaged"].verdict, broken_nights[2].rows["damaged"]) == ("ok", 61)


def test_a_symbolic_link_is_not_followed_out_of_the_data_folder(broken_nights, keyed):
    before = (keyed / "linked.git/config").read_bytes()
    assert broken_nights[1].visits["linked"].verdict == "refused"
    assert "symbolic link" in broken_nights[1].visits["linked"].reason
    assert (keyed / "linked.git/config").read_bytes() == before
    assert broken_nights[1].rows["linked"] == 60


def test_hooks_in_a_copy_do_not_run_and_borrowed_objects_are_not_used(broken_nights, keyed):
    assert broken_nights[1].visits["hooked"].verdict == "ok"
    assert not (keyed / "pwned").exists()
    clone = broken_nights[0].where.clones / "birds/core/birds/hooked.git"
    assert not (clone / "objects/info/alternates").exists()
    assert places.git(clone, "rev-list", "--count", "refs/stackrank/head") == "61\n"


def test_odd_names_of_branches_and_tags_are_names(broken_nights):
    assert (broken_nights[0].visits["named"].verdict, broken_nights[0].rows["named"]) == ("ok", 3)
    tags = read_unit(broken_nights[0].where.observations / "birds/core/birds/named.parquet").tags
    assert {tag["tag"] for tag in tags} == {"-d", SHOWN_TAG, "refs/stackrank/head"}


def test_a_default_branch_that_is_no_history_is_a_failure(broken_nights):
    assert broken_nights[0].visits["blob"].verdict == "failed"
    assert broken_nights[0].visits["blob"].reason == "its HEAD leads to no commit"
    assert "blob" not in broken_nights[2].rows


def test_a_server_that_has_only_half_of_a_history_is_a_failure(broken_nights):
    assert broken_nights[0].visits["shallow"].verdict == "failed"
    assert broken_nights[0].visits["shallow"].reason == "the server has only the newest part of the history"
    assert "shallow" not in broken_nights[2].rows


def test_submodules_are_not_asked_for(broken_nights):
    assert broken_nights[0].visits["submodule"].verdict == "ok"
    asked = Counter(request.path.split("/")[3] for request in broken_nights[0].requests)
    assert asked["well"] == asked["hooked"]


def test_implausible_dates_are_kept_counted_and_left_out_of_months(broken_nights):
    assert broken_nights[0].rows["times"] == 7
    assert broken_nights[0].visits["times"].note == "4 commits have an implausible date"
    where = broken_nights[0].where
    (birds,) = load_catalogue(where.communities)
    (core,) = birds.sources
    known = [replace(birds, sources=(replace(core, urls=(broken_nights[0].visits["times"].url,)),))]
    build_database(where, known, datetime.now(UTC).date())
    (answer,) = ask(
        where.database,
        "select count(*) n, count(month) m, count(author_domain) d from core.commits where repository = 'birds/times'",
    ).to_pylist()
    assert answer == {"n": 7, "m": 3, "d": 6}
    texts = b"".join(p.read_bytes() for p in where.data.rglob("*") if p.is_file() and "clones" not in p.parts)
    assert b"secret.example.org" not in texts
