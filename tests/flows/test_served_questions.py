"""A question of a page only reads the public file: each way out of it, and each endless one, is a sentence."""

import pytest
from support.site import published

from flows.serving.answering import reply
from flows.serving.limits import Allowance

pytestmark = pytest.mark.long

SMALL = Allowance(seconds=0.4, memory="50MB", rows=100, letters=20_000)


@pytest.fixture(scope="module")
def ask(once):
    file = published(once).site / "data" / "stackrank.duckdb"
    return lambda sql, form="page": reply(file, sql, form, SMALL)


@pytest.mark.parametrize("sql", [
    "from read_csv('/etc/passwd')", "from read_text('/etc/passwd')", "from read_blob('/etc/passwd')",
    "from '/etc/passwd'", "from read_parquet('/tmp/x.parquet')", "from read_json('/etc/passwd')",
    "from glob('/etc/*')", "from sniff_csv('/etc/passwd')", "from read_csv('http://127.0.0.1:1/x')",
    "from parquet_metadata('/x')", "from read_duckdb('/x')", "attach '/tmp/other.duckdb'", "attach ':memory:' as m",
    "detach stackrank", "use rankings", "copy rankings.monthly to '/tmp/out.csv'",
    "copy rankings.monthly from '/etc/passwd'", "export database '/tmp/out'", "import database '/tmp/out'",
    "install httpfs", "load httpfs", "load json", "force install spatial from 'http://127.0.0.1'",
    "pragma database_list", "pragma threads=4", "pragma enable_profiling", "call pragma_version()", "set threads = 4",
    "set enable_external_access = true", "set lock_configuration = false", "reset memory_limit", "set variable a = 1",
    "create table x as select 1", "create temp table x as select 1", "create macro f() as 1",
    "create secret (type s3)", "drop table rankings.monthly", "delete from rankings.monthly",
    "update raw.build set today = null", "insert into raw.build from raw.build",
    "alter table raw.build add column x int", "truncate raw.build", "vacuum", "analyze", "checkpoint", "begin",
    "prepare a as select 1", "execute a", "comment on table raw.build is 'x'", "select 1; select 2",
    "select 1; attach ':memory:' as m", "", ";", "-- nothing", "selekt", "\x00", "select '\ud800'",
    "from query('attach ''/tmp/x''')", "from query('copy (select 1) to ''/tmp/x''')", "from duckdb_extensions()",
    "explain analyze copy (select 1) to '/tmp/x.csv'", "select getenv('HOME')", "select * from core.persons",
])  # fmt: skip
def test_a_question_reads_the_file_and_does_nothing_else(ask, sql):
    assert list(ask(sql)) == ["problem"]


@pytest.mark.parametrize("sql", [
    "select count(*) from range(10000000) a, range(10000000) b, range(1000000) c",
    "with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r",
    "with recursive r(n) as (select 1 union all select n from r) select count(*) from r",
    "select r, random() from range(30000000) t(r) order by 2", "select list(r) from range(30000000) t(r)",
    "select repeat('x', 30000) from range(100)", "select string_agg(md5(r::varchar)) from range(3000000) t(r)",
])  # fmt: skip
def test_an_endless_or_a_huge_answer_is_stopped(ask, sql):
    assert list(ask(sql)) == ["problem"]


def test_of_many_rows_the_first_ones_come_and_the_answer_says_so(ask):
    answer = ask("from range(100000000000)")["answer"]
    assert (len(answer["rows"]), answer["is_whole"]) == (100, False)
    assert ask("from range(100)")["answer"]["is_whole"]
    assert ask("from range(100000000000)", "csv")["answer"].count("\n") == 101


def test_an_answer_has_what_a_script_can_hold_and_the_kind_of_each_column(ask):
    answer = ask("""select date '2026-01-31' as d, 1.5 as n, 'nan'::double as none, 9007199254740993 as big, true as b,
                    'x' as t, 1 as n, [1, 2] as l""")["answer"]
    assert [column["kind"] for column in answer["columns"]] == [
        "date", "number", "number", "number", "text", "text", "number", "text",
    ]  # fmt: skip
    assert answer["rows"] == [["2026-01-31", 1.5, None, "9007199254740993", True, "x", 1, [1, 2]]]


def test_questions_that_only_ask_are_answered_in_every_form(ask):
    for sql in ("describe rankings.monthly", "show tables", "summarize raw.build", "explain select 1", "values (1)",
                "pivot rankings.monthly on family using count(*) group by community", "from raw.build"):  # fmt: skip
        assert list(ask(sql)) == ["answer"], sql
    assert ask("select '=cmd()' as a, null as b", "csv") == {"answer": "a,b\n'=cmd(),\n"}


def test_without_a_database_a_sentence_comes(tmp_path):
    assert reply(tmp_path / "none.duckdb", "select 1", "page", SMALL) == {"problem": "this site has no database to ask"}
