"""A build of a folder without news keeps the database, unless it is damaged or a full one is asked for."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from support.builders import TODAY, community, folders_in, land, monthly, source, visit

from pipelines.landing.visits import log_visit
from pipelines.warehouse import as_built, build
from pipelines.warehouse.as_built import is_as_built, record
from pipelines.warehouse.build import build_from
from pipelines.warehouse.inputs import read_inputs

BIRDS = source("birds")


@pytest.fixture
def where(tmp_path):
    """A data folder with a repository and a database; a build noted what that was made of."""
    where = folders_in(tmp_path)
    land(where, BIRDS, "birds/one", monthly(1, range(3)))
    where.database.write_bytes(b"database")
    record(where, inputs(where))
    return where


def inputs(where):
    return read_inputs(where, [community("birds", BIRDS)], TODAY)


def rewrite(path):
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").rename(path)


OF_FOLDER = {
    "database": lambda where: where.database.write_bytes(b"databasf"),
    "no database": lambda where: where.database.unlink(),
    "log of DuckDB": lambda where: where.database.with_name("stackrank.duckdb.wal").touch(),
    "visit": lambda where: log_visit(where.visits, visit(BIRDS, "birds/two")),
    "harvest": lambda where: rewrite(next(where.observations.rglob("*.parquet"))),
    "cut": lambda where: where.built.write_bytes(where.built.read_bytes()[:-9]),
    "no note": lambda where: where.built.unlink(),
}
OF_INPUTS = {
    "day": lambda given: replace(given, today=given.today + timedelta(days=1)),
    "community": lambda given: replace(given, communities=[community("birds", source("birds", name="other"))]),
    "rule": lambda given: replace(given, method=replace(given.method, rules=given.method.rules | {"window": 4})),
    "key": lambda given: replace(given, key_id="k9"),
    "demo": lambda given: replace(given, shows="an invented figure"),
}


def test_of_the_same_inputs_the_database_is_as_built(where):
    assert is_as_built(where, inputs(where))


@pytest.mark.parametrize("news", OF_FOLDER)
def test_news_of_the_folder_are_built(where, news):
    OF_FOLDER[news](where)
    assert not is_as_built(where, inputs(where))


@pytest.mark.parametrize("news", OF_INPUTS)
def test_news_of_the_inputs_are_built(where, news):
    assert not is_as_built(where, OF_INPUTS[news](inputs(where)))


def test_other_code_builds_again(where, monkeypatch):
    monkeypatch.setattr(as_built, "_code", lambda: "another version")
    assert not is_as_built(where, inputs(where))


@pytest.mark.long
def test_a_build_without_news_keeps_the_database_and_a_full_one_does_not(where, monkeypatch):
    made = []
    monkeypatch.setattr(build, "_build", lambda *_: made.append(1))
    build_from(where, inputs(where))
    assert made == []
    build_from(where, inputs(where), full=True)
    rewrite(next(where.observations.rglob("*.parquet")))
    for _ in range(2):
        build_from(where, inputs(where))
    assert made == [1, 1]
