"""Answers to questions of people: forms, files, limits."""

import json

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.warehouse.answer import Limits, QuestionError, answer, write_answer
from pipelines.warehouse.listing import TABLES, columns_question

ODD = "select 'nan'::double as x, [1.5, 'inf'::double] as y, {'a': 2.50::decimal(5, 2)} as z, date '2026-01-31' as d"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("answer") / "birds.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table songs as select range as n, 'tik' as song from range(3)")
        con.execute("comment on table songs is 'One row per song.'")
        con.execute("comment on column songs.n is 'number of the song'")
        con.execute("create view two as from songs limit 2")
    return path


def test_json_has_no_nan(database):
    expected = {"x": None, "y": [1.5, None], "z": {"a": 2.5}, "d": "2026-01-31"}
    assert json.loads(answer(database, ODD, "json"), parse_constant=pytest.fail) == [expected]
    assert json.loads(answer(database, ODD, "jsonl"), parse_constant=pytest.fail) == expected


def test_the_tables_say_what_a_row_is(database):
    assert answer(database, TABLES, "csv") == "table,rows,a row\nmain.songs,3,One row per song.\nmain.two,,\n"


def test_the_columns_of_a_table_or_a_view_say_what_they_are(database):
    assert answer(database, columns_question("main.songs"), "csv").splitlines() == [
        "column,type,comment", "(a row),,One row per song.", "n,BIGINT,number of the song", "song,VARCHAR,",
    ]  # fmt: skip
    assert answer(database, columns_question("main.two"), "jsonl").count("\n") == 3
    with pytest.raises(QuestionError, match=r"main\.'nest is no table"):
        answer(database, columns_question("main.'nest"), "csv")


def test_the_last_column_of_a_table_ends_where_the_terminal_does(database):
    said = answer(database, "select 7 as n, 'a long song of many birds' as song", "table", width=24)
    assert said == "n  song\n-  -------------------\n7  a long song of many\n   birds\n"
    assert answer(database, "select 'a b' as song", "table") == "song\n----\na b\n"


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet"])
def test_an_answer_becomes_a_file_by_its_ending(ending, database, tmp_path):
    file = tmp_path / f"songs.of.birds.{ending}"
    file.write_text("an older one")
    write_answer(database, "from songs order by n", file)
    if ending == "parquet":
        assert pq.read_table(file).to_pylist() == [{"n": n, "song": "tik"} for n in range(3)]
    else:
        assert file.read_text() == answer(database, "from songs order by n", ending)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("sql", "limits", "complaint"),
    [
        ("select 1; select 2", Limits(), "2 statements"),
        ("select count(*) from range(1000000) a, range(1000000) b", Limits(seconds=0.1), "over 0.1 s, and was stopped"),
        ("select r, random() from range(3000000) t(r) order by 2", Limits(memory="20MB"), "over 20MB of memory"),
        ("select 1 as a, 2 as a", Limits(), "two columns are called a"),
    ],
)
def test_a_question_beyond_the_limits_leaves_an_older_answer(sql, limits, complaint, database, tmp_path):
    file = tmp_path / "songs.json"
    file.write_text("an older one")
    with pytest.raises(QuestionError, match=complaint):
        write_answer(database, sql, file, limits)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["an older one"]
