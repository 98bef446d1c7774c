"""The core tables of a community are made once for all that they depend on, kept, and used again."""

import shutil
import stat
from contextlib import closing
from datetime import datetime

import pytest
from support.builders import TODAY, community, folders_in, land, monthly, row, source, visit
from support.changes import ChangingFolder, differences
from support.database import database

from pipelines.landing import set_aside
from pipelines.landing.visits import log_visit
from pipelines.warehouse import communities, engine, kept_files
from pipelines.warehouse.build import FEW, build_database
from pipelines.warehouse.core_tables import LANDED_TABLES, community_tables
from pipelines.warehouse.engine import NotEnoughMemoryError, WrongMemoryError, drop_cached, memory_limit, open_engine
from pipelines.warehouse.inputs import read_inputs
from pipelines.warehouse.tables import read_tables, reads_from

BIRDS, FISH = source("birds"), source("fish")
TWO = [community("birds", BIRDS), community("fish", FISH)]


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    where = folders_in(tmp_path_factory.mktemp("landed"))
    land(where, BIRDS, "birds/one", monthly(1, range(3)))
    land(where, FISH, "fish/one", monthly(500, range(3)))
    return where


@pytest.fixture(scope="module")
def kept(landed, tmp_path_factory):
    """The same with the core tables of both communities."""
    where = copy_of(landed, tmp_path_factory.mktemp("kept"))
    make(where)
    return where


@pytest.fixture
def where(landed, tmp_path):
    return copy_of(landed, tmp_path)


@pytest.fixture
def with_kept(kept, tmp_path):
    return copy_of(kept, tmp_path)


def copy_of(where, top):
    new = folders_in(top)
    shutil.copytree(where.data, new.data)
    return new


@pytest.fixture
def made(monkeypatch):
    """The communities that are made, group after group."""
    groups, make = [], communities._make_group
    monkeypatch.setattr(
        communities, "_make_group", lambda where, group, *more: groups.append([*group]) or make(where, group, *more)
    )
    return groups


def make(where, declared=TWO, **more):
    return communities.make_communities(where, read_inputs(where, declared, TODAY), read_tables(), **more)


@pytest.mark.long
def test_news_of_one_community_makes_one_and_nothing_new_makes_none(with_kept, made):
    where = with_kept
    make(where)
    land(where, FISH, "fish/one", [*monthly(500, range(3)), row(900, datetime(2025, 3, 9))])
    make(where)
    log_visit(where.visits, visit(BIRDS, "birds/one"))
    kept = make(where)
    assert made == [["fish"]]
    kept_files.prune(where.core, {one.folder.parent.name: one.folder.name for one in kept})
    assert [len([*(where.core / slug).iterdir()]) for slug in ("birds", "fish")] == [1, 1]


@pytest.mark.long
def test_a_full_build_makes_all(with_kept, made):
    make(with_kept, full=True)
    assert made == [["birds", "fish"]]


@pytest.mark.long
@pytest.mark.parametrize(("limit", "value"), [("MOST_ROWS", 30), ("MOST_TOGETHER", 1)])
def test_many_rows_or_communities_are_made_one_after_another(where, made, monkeypatch, limit, value):
    monkeypatch.setattr(communities, limit, value)
    make(where)
    assert made == [["birds"], ["fish"]]


@pytest.mark.long
@pytest.mark.parametrize("name", ["core.commits.parquet", kept_files.LIST])
def test_a_damaged_file_is_set_aside_and_its_community_made_again(with_kept, made, name):
    where = with_kept
    folder = make(where)[1].folder
    text = bytearray((folder / name).read_bytes())
    text[len(text) // 2] ^= 1
    (folder / name).write_bytes(text)
    make(where)
    assert made == [["fish"]]
    (entry,) = set_aside.entries(where)
    assert (entry.file, entry.reason) == (str(folder.relative_to(where.data)), f"{name} is damaged")


@pytest.mark.long
def test_a_crash_leaves_no_half_community(where, made, monkeypatch):
    with monkeypatch.context() as crashing:
        crashing.setattr(kept_files, "replace_synced", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make(where)
    assert len(make(where)) == 2
    assert made == [["birds", "fish"]] * 2
    kept_files.prune(where.core, {"birds": "none"})
    assert [path.name for path in where.core.rglob("*")] == ["birds"]


def test_what_is_kept_is_for_its_owner_only(kept):
    assert {stat.S_IMODE(path.stat().st_mode) for path in (kept.core, *kept.core.rglob("*"))} == {0o700, 0o600}


def test_no_table_over_all_communities_reads_what_only_a_community_has():
    tables = read_tables()
    own = {table.name for table in community_tables(tables)}
    assert {"core.commits", "core.messages", "core.threads", "core.people", "core.activity"} < own
    others = [table for table in tables if table.name not in own and not table.is_declared]
    assert [t.name for t in others if reads_from(t) & LANDED_TABLES] == []
    assert FEW == ("series", "totals", "counts")


def test_the_limit_of_memory_is_a_size_or_half_of_the_machine():
    assert memory_limit({"STACKRANK_MEMORY": "800MB"}) == 800_000_000
    assert memory_limit({"STACKRANK_MEMORY": "4 GB"}) == 4_000_000_000
    assert memory_limit({}) > 100_000_000
    for wrong in ("much", "-1GB", "0GB", "5"):
        with pytest.raises(WrongMemoryError, match="STACKRANK_MEMORY"):
            memory_limit({"STACKRANK_MEMORY": wrong})


@pytest.mark.parametrize("least", [1, 500 * 10**6])
def test_tables_in_memory_stay_when_copies_are_dropped(tmp_path, monkeypatch, least):
    monkeypatch.setattr(engine, "LEAST_MEMORY", least)
    with closing(open_engine(str(tmp_path / "tmp"))) as con:
        limit = con.execute("select current_setting('memory_limit')").fetchone()
        con.execute("create table numbers as select i, md5(i::varchar) as hash from range(200000) r(i)")
        drop_cached(con)
        assert con.execute("select count(distinct hash) from numbers").fetchone() == (200_000,)
        assert con.execute("select current_setting('memory_limit')").fetchone() == limit


def test_a_build_that_does_not_fit_its_limit_says_what_to_set(landed, tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_MEMORY", "1MB")
    with pytest.raises(NotEnoughMemoryError, match="does not fit its limit of 1 MB; set STACKRANK_MEMORY to more"):
        build_database(copy_of(landed, tmp_path), TWO, TODAY)


@pytest.mark.long
def test_a_build_with_what_is_kept_is_equal_to_a_full_one_after_each_change(tmp_path):
    folder = ChangingFolder(tmp_path, seed=20)
    assert differences(*folder.builds()) == []
    for change in folder.changes[2:]:
        change()
        assert differences(*folder.builds()) == [], change.__name__


@pytest.mark.long
def test_a_folder_of_figures_alone_has_empty_core_tables(tmp_path):
    where = folders_in(tmp_path)
    where.history.mkdir(parents=True)
    kept = make(where)
    assert kept == []
    with database() as con:
        con.execute("create schema core")
        communities.load_core(con, read_tables(), kept)
        assert con.execute("select count(*) from core.commits").fetchall() == [(0,)]
