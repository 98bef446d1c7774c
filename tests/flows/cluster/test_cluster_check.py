"""cluster-check says of each part whether it can be used, and what to do where it cannot."""

from dataclasses import replace

import pytest

from flows.cluster import check
from flows.cluster.facts import Facts, differences, read_facts
from flows.cluster.probes import Seen, look_from_worker
from pipelines.folders import Folders
from pipelines.landing.store import FolderStore

OURS = Facts("here", "/data", (("python", "3.11"), ("stackrank", "1"), ("dask", "2026.8.0")), "c0de", "abc")


@pytest.fixture
def where(tmp_path, monkeypatch):
    for name in ("STACKRANK_DASK", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    monkeypatch.setenv("STACKRANK_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    return Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")


def lines(where):
    return [str(finding) for finding in check.examine(where)]


def test_without_a_store_there_is_nothing_to_check(where, monkeypatch):
    monkeypatch.delenv("STACKRANK_STORE")
    assert [line.partition(";")[0] for line in lines(where)] == ["BAD   store: STACKRANK_STORE is not set"]


def test_a_store_that_is_a_file_is_bad(where, tmp_path):
    (tmp_path / "store").write_text("a file")
    (line,) = lines(where)
    assert line.startswith(f"BAD   store: {tmp_path / 'store'}: cannot write checks/")


def test_a_good_store_is_left_as_it_was(where, tmp_path):
    ok, key, note = lines(where)
    assert ok == f"ok    store: {tmp_path / 'store'} reads, lists, writes, and writes only if absent"
    assert key.startswith("ok    key: its id is ")
    assert note == "note  scheduler: STACKRANK_DASK is not set, so all tasks run on this machine"
    assert list(FolderStore(tmp_path / "store").list()) == []


class Overwriting(FolderStore):
    """As a small S3 server that does not know If-None-Match."""

    def write_if_absent(self, key, data):
        self.write(key, data)
        return True


def test_a_store_that_overwrites_is_bad(where, monkeypatch, tmp_path):
    monkeypatch.setattr(check, "open_store", lambda _: Overwriting(tmp_path / "store"))
    assert "overwrites what is there (it ignores If-None-Match); use another" in lines(where)[0]


def test_another_key_in_the_store_and_a_living_run_are_said(where, tmp_path):
    store = FolderStore(tmp_path / "store")
    store.write("key-id", b"another")
    store.write("leases/run/0000000003", b'{"who": "a night", "machine": "far", "since": "noon"}')
    _, key, run, _ = lines(where)
    assert key.startswith("BAD   key: the store has pseudonyms of key another, this machine has ")
    assert run == "note  run: the lease is held by a night on far, since noon; a dead run loses it by itself"


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({}, []),
        ({"versions": (("python", "3.12"), ("stackrank", "1"))}, ["python is 3.12, here 3.11: install the same"]),
        ({"code": "other"}, ["its stackrank has other code (other, here c0de): install the same commit"]),
        ({"key_id": None}, ["its pseudonym key is none, here abc: copy the key file, or set the same STACKRANK_KEY"]),
    ],
)
def test_a_worker_that_differs_is_named_with_what_to_do(theirs, said):
    assert differences(OURS, replace(OURS, **theirs)) == said


def test_workers_that_share_a_folder_or_cannot_reach_prefect_are_bad(where, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect:4200/api")
    seen = [Seen(OURS, "ops@example.org", "", ""), Seen(OURS, "", "", "refused")]
    assert [str(one) for one in check._check_folders([one.facts for one in seen])] == [
        "BAD   workers: several share /data on here; give each its own STACKRANK_DATA"
    ]
    assert str(check._check_prefect(seen)) == "BAD   Prefect: here cannot reach http://prefect:4200/api (refused)"
    assert check._wrong(OURS, seen[1]) == ["STACKRANK_CONTACT is not set; set it there too"]
    assert "cannot be asked (ImportError: no flows)" in check._wrong(OURS, ImportError("no flows"))[0]


def test_a_worker_sees_whether_it_has_the_same_store(where, monkeypatch, tmp_path):
    FolderStore(tmp_path / "store").write("checks/x", b"ours")
    assert look_from_worker("checks/x", b"ours", "") == Seen(read_facts(), "ops@example.org", "", "")
    assert look_from_worker("checks/x", b"other", "").store.endswith("is another store than that of this machine")
    assert "refused" in look_from_worker("checks/x", b"ours", "http://127.0.0.1:9").prefect


@pytest.mark.long
def test_a_cluster_that_is_there_is_well_and_one_that_is_not_says_how_to_start_it(where, monkeypatch):
    monkeypatch.setattr(check, "SECONDS", 1)
    monkeypatch.setenv("STACKRANK_DASK", "tcp://127.0.0.1:9")
    away = lines(where)[-1]
    assert away.startswith("BAD   scheduler: tcp://127.0.0.1:9 does not answer (")
    assert away.endswith("; start it: dask scheduler --port 8786")
    monkeypatch.setenv("STACKRANK_DASK", 'builtins:int {"password": "hunter2"}')
    wrong = lines(where)[-1]
    assert wrong.startswith("BAD   scheduler: builtins.int cannot be used (TypeError: ")
    assert "hunter2" not in wrong
    monkeypatch.setattr(check, "SECONDS", 30)
    local = '{"n_workers": 1, "processes": false, "dashboard_address": null}'
    monkeypatch.setenv("STACKRANK_DASK", f"distributed:LocalCluster {local}")
    *_, scheduler, workers, prefect = lines(where)
    assert scheduler.startswith("ok    scheduler: inproc://")
    assert workers.startswith("ok    workers: 1 with python 3.")
    assert prefect.startswith("note  Prefect: a night starts its own, which workers on other machines cannot reach")
