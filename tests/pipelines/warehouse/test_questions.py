"""Questions of users to the database: what they may not do, and the forms of an answer."""

import resource

import pytest
from support.tables_on_demand import ask

from flows.cli import main
from pipelines.warehouse import query
from pipelines.warehouse.answer import QuestionError, answer
from pipelines.warehouse.query import NoDatabaseError


@pytest.mark.parametrize(
    "sql",
    [
        "create table core.x (i int)",
        "delete from core.commits",
        "copy core.commits to '/tmp/x.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
        "select * from",
        "select 1; drop table core.commits",
    ],
)
def test_questions_can_neither_write_nor_reach_another_file(built, sql):
    with pytest.raises(QuestionError):
        answer(built.database, sql, "table")
    assert ask(built, "select count(*) > 0 from core.commits") == [(True,)]


def test_another_file_is_asked_under_the_same_bans(built, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    file = str(built.database)
    assert main(["sql", "select count(*) > 0 as found from core.commits", "--database", file]) == 0
    assert capsys.readouterr().out == "found\n-----\nTrue\n"
    for sql in ("create table core.x (i int)", "from read_csv('/etc/passwd')", "attach '/tmp/other.duckdb'"):
        assert main(["sql", sql, "--database", file]) == 2
    assert main(["sql", "select 1", "--database", str(tmp_path / "none.duckdb")]) == 2
    assert "is no file; name a DuckDB file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sql", ["", " \n", "-- who leads?", "/* who leads? */", ";"])
def test_a_question_without_a_statement_is_refused(sql, built, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(built.data))
    assert main(["sql", sql]) == 2
    told = "no question was asked; write one SQL statement, such as: from rankings.monthly\n"
    assert capsys.readouterr() == ("", told)


def test_an_answer_in_each_form(built):
    sql = "select 'a,b' as said, NULL::int as missing, 1.5 as half, 12 as many"
    assert answer(built.database, sql, "csv") == 'said,missing,half,many\n"a,b",,1.5,12\n'
    assert answer(built.database, sql, "json") == ('[{"said": "a,b", "missing": null, "half": 1.5, "many": 12}]\n')
    assert answer(built.database, sql, "table").splitlines()[2].split() == ["a,b", "NULL", "1.5", "12"]


def test_there_is_no_database_yet(where):
    with pytest.raises(NoDatabaseError, match="stackrank nightly"):
        query.ask(where.database, "select 1")


def test_one_long_text_needs_memory_too(built, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(built.data))
    before = resource.getrlimit(resource.RLIMIT_AS)
    assert main(["sql", "--memory", "50MB", "select length(repeat('x', 4000000000))"]) == 2
    assert "over 50MB of memory" in capsys.readouterr().err
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert main(["sql", "--memory", "50MB", "select 1 as a", "--format", "csv"]) == 0
