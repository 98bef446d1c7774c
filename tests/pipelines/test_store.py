"""Both stores keep the same promises: objects are whole, one of many writers is first, lists come in pages."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.builders import folders_in
from support.object_server import object_server

from flows.locks import DRAFT as DRAFT_OF_PROCESS
from pipelines.folders import CHECKOUT
from pipelines.landing.store import FolderStore, StoreError, is_shared, open_store

KEYS = ["a/b-c/x", "a/b/x", "a/b/y", "a/b.jsonl", "ab/x", "b"]
BIG = 25_165_824


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with object_server(tmp_path_factory.mktemp("objects"), page=2) as server:
        yield server


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.long)])
def store(request, tmp_path, monkeypatch):
    """A store of each kind, empty."""
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    server = request.getfixturevalue("served")
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    return open_store(folders_in(tmp_path), {"STACKRANK_STORE": f"s3://stackrank/{tmp_path.name}"})


def test_an_object_is_read_as_it_was_written(store):
    assert store.read("a/x") is None
    first = store.write("a/x", b"one")
    second = store.write("a/x", b"another")
    assert (store.read("a/x"), first != second) == (b"another", True)
    assert [(e.key, e.size, e.etag) for e in store.list()] == [("a/x", 7, second)]
    store.delete("a/x")
    store.delete("a/x")
    assert store.read("a/x") is None


def test_a_large_object_keeps_every_byte(store):
    large = bytes(range(256)) * (BIG // 256)
    store.write("large", large)
    assert store.read("large") == large


def test_of_many_that_write_an_object_if_absent_one_is_first(store):
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: store.write_if_absent("count", b"%d" % n), range(8)))
    assert won.count(True) == 1
    assert store.read("count") == b"%d" % won.index(True)
    assert store.write_if_absent("count", b"%d" % won.index(True)), "a repeated write has not lost"
    assert not store.write_if_absent("count", b"later")


def test_objects_are_listed_by_prefix_in_the_order_of_their_keys(store):
    for key in KEYS:
        store.write(key, key.encode())
    assert [entry.key for entry in store.list()] == sorted(KEYS)
    assert [entry.key for entry in store.list("a/b")] == ["a/b-c/x", "a/b.jsonl", "a/b/x", "a/b/y"]
    assert [entry.key for entry in store.list("a/b/")] == ["a/b/x", "a/b/y"]
    assert list(store.list("c/")) == []


def test_a_file_that_another_machine_removes_meanwhile_is_not_listed(tmp_path):
    store = FolderStore(tmp_path)
    for key in ("one", "three", "two"):
        store.write(key, b"")
    listed = store.list()
    next(listed)
    store.delete("three")
    assert [entry.key for entry in listed] == ["two"]


@pytest.mark.long
def test_a_list_asks_for_one_page_at_a_time(served, tmp_path, monkeypatch):
    for name, value in served.settings.items():
        monkeypatch.setenv(name, value)
    store = open_store(folders_in(tmp_path))
    for key in KEYS:
        store.write(key, b"")
    entries = store.list()
    before = served.log.read_text().count("list-type=2")
    assert [next(entries).key for _ in range(3)] == sorted(KEYS)[:3]
    assert served.log.read_text().count("list-type=2") - before == 2


def test_a_store_that_fails_says_what_it_could_not_do(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"file: cannot write a/x: "):
        FolderStore(tmp_path / "file").write("a/x", b"")


@pytest.mark.long
def test_a_server_that_is_gone_and_a_missing_bucket_are_named(served, tmp_path, monkeypatch):
    for name, value in served.settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreError, match="cannot read x: NoSuchBucket"):
        open_store(folders_in(tmp_path), {"STACKRANK_STORE": "s3://nobody/x"}).read("x")
    store = open_store(folders_in(tmp_path))
    store.write("x", b"kept")
    served.kill()
    with pytest.raises(StoreError, match="cannot read x: EndpointConnectionError"):
        store.read("x")
    served.start()
    assert store.read("x") == b"kept"


def test_the_data_folder_is_the_store_unless_another_one_is_named(tmp_path):
    where = folders_in(tmp_path)
    for named in ({}, {"STACKRANK_STORE": str(where.data)}):
        assert (open_store(where, named).name, is_shared(where, named)) == (str(where.data), False)
    named = {"STACKRANK_STORE": str(tmp_path / "share")}
    assert (open_store(where, named).name, is_shared(where, named)) == (str(tmp_path / "share"), True)
    with pytest.raises(StoreError, match=r"names no bucket; write s3://bucket/prefix"):
        open_store(where, {"STACKRANK_STORE": "s3://"})


DRAFT = """
import os, sys
os.getpid = lambda: 7
from pathlib import Path
from pipelines.landing.store import _draft
with _draft(Path(sys.argv[1], "leases"), b"") as draft:
    print(draft.name)
"""


@pytest.mark.long
def test_two_machines_that_share_a_folder_have_drafts_of_their_own(tmp_path):
    """As two containers do, each has a process of the same number."""
    command = [sys.executable, "-c", DRAFT, str(tmp_path)]
    names = [subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert names[0] != names[1]
    assert all(DRAFT_OF_PROCESS.search(name.strip())["process"] == "7" for name in names)


class Answering:
    """S3 that answers a conditional write with one error after another; moto knows none of these."""

    def __init__(self, *codes):
        self.codes = list(codes)

    def pipe_file(self, *_, **__):
        if self.codes:
            answer = RuntimeError()
            answer.response = {"Error": {"Code": self.codes.pop(0)}}
            raise OSError("at http://me:secret@store:9000/ nothing was written") from answer


@pytest.mark.long
def test_a_conflict_of_two_conditional_writes_is_tried_again_and_no_login_is_shown(tmp_path):
    store = open_store(folders_in(tmp_path), {"STACKRANK_STORE": "s3://birds/night"})
    conflict = "ConditionalRequestConflict"
    store.system = Answering(conflict, conflict)
    assert store.write_if_absent("x", b"1")
    store.system = Answering(*[conflict] * 3)
    with pytest.raises(StoreError, match=r"cannot write x: ConditionalRequestConflict: at http://store:9000/ nothing"):
        store.write_if_absent("x", b"1")
