"""The build from invented harvests: the contract, the states of coverage, the checks, the swap."""

import json
import re
import shutil
import stat
from datetime import date, datetime

import duckdb
import pyarrow as pa
import pytest
from support.builders import SEEN, TODAY, community, land, monthly, row, source, visit
from support.database import OWN_COLUMNS, OWN_TABLES, database
from support.tables_on_demand import ask, build_tables

from flows.cli import main
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing import store
from pipelines.landing.schemas import COMMITS, SCHEMAS
from pipelines.landing.store import Harvest
from pipelines.landing.visits import log_visit, save_plan
from pipelines.model import Plan, Verdict, Visit
from pipelines.warehouse import build, query
from pipelines.warehouse.answer import QuestionError, answer
from pipelines.warehouse.build import (
    CHECKS,
    WORKING,
    CheckFailedError,
    NothingObservedError,
    _check,
    build_database,
)
from pipelines.warehouse.core_tables import NOT_KEPT
from pipelines.warehouse.inputs import read_inputs
from pipelines.warehouse.query import NoDatabaseError
from pipelines.warehouse.tables import TABLES, Table, in_order, insert_rows, make_table, read_tables, reads_from

CONTRACT = {
    "core.commits": {
        "community": "VARCHAR", "repository": "VARCHAR", "hash": "VARCHAR", "authored_at": "TIMESTAMP",
        "committed_at": "TIMESTAMP", "parents": "INTEGER", "author_name_key": "VARCHAR",
        "author_address_key": "VARCHAR", "author_domain": "VARCHAR", "is_bot": "BOOLEAN",
    },
    "core.releases": {
        "community": "VARCHAR", "source": "VARCHAR", "repository": "VARCHAR", "tag": "VARCHAR", "version": "VARCHAR",
        "name": "VARCHAR", "kind": "VARCHAR", "released_at": "DATE", "dated_by": "VARCHAR", "month": "DATE",
    },
    "core.imports": {
        "community": "VARCHAR", "repository": "VARCHAR", "day": "DATE", "month": "DATE", "commits": "BIGINT",
    },
    "core.coverage": {"community": "VARCHAR", "source": "VARCHAR", "month": "DATE", "state": "VARCHAR"},
    "metrics.monthly": {
        "community": "VARCHAR", "metric": "VARCHAR", "month": "DATE", "value": "DOUBLE", "state": "VARCHAR",
    },
    "rankings.monthly": {
        "as_of": "DATE", "family": "VARCHAR", "community": "VARCHAR", "score": "DOUBLE", "index": "DOUBLE",
        "state": "VARCHAR", "rank": "INTEGER", "reason_code": "VARCHAR", "score_error": "DOUBLE",
        "rank_low": "INTEGER", "rank_high": "INTEGER", "method": "VARCHAR",
    },
    "rankings.components": {
        "as_of": "DATE", "family": "VARCHAR", "community": "VARCHAR", "metric": "VARCHAR", "weight": "DOUBLE",
        "months": "BIGINT", "level": "DOUBLE", "dispersion": "DOUBLE", "y": "DOUBLE", "y_error": "DOUBLE",
        "contribution": "DOUBLE", "state": "VARCHAR",
    },
    "rankings.pairs": {
        "as_of": "DATE", "family": "VARCHAR", "ahead": "VARCHAR", "behind": "VARCHAR", "difference": "DOUBLE",
        "error": "DOUBLE", "firm": "BOOLEAN", "probability": "DOUBLE", "word": "VARCHAR", "fragility": "INTEGER",
        "fragility_of": "INTEGER", "flip_weight": "DOUBLE",
    },
    "rankings.distances": {
        "as_of": "DATE", "family": "VARCHAR", "behind": "VARCHAR", "ahead": "VARCHAR", "metric": "VARCHAR",
        "needed": "DOUBLE",
    },
    "rankings.movement": {
        "as_of": "DATE", "family": "VARCHAR", "community": "VARCHAR", "growth": "DOUBLE", "low": "DOUBLE",
        "high": "DOUBLE", "word": "VARCHAR",
    },
}  # fmt: skip


BIRDS, FISH = source("birds", repositories=("one", "two", "three")), source("fish", until=date(2025, 11, 30))
TWO = [community("birds", BIRDS), community("fish", FISH)]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two communities: one of three repositories, one of them failing, and one that has ended."""
    top = tmp_path_factory.mktemp("built")
    where = Folders(top / "data", top / "communities", top / "site")
    land(where, BIRDS, "birds/one", monthly(1, range(14)), [
        {"tag": "v1", "hash": f"{1:040x}", "seconds": 1_736_000_000, "dated_by": "tag"},
        {"tag": "undated", "hash": f"{1:040x}", "seconds": None, "dated_by": "commit"},
    ])  # fmt: skip
    land(where, BIRDS, "birds/two", [*monthly(1, range(14)), row(9001, datetime(2025, 5, 31, 23, 59, 59), "bob")])
    log_visit(where.visits, visit(BIRDS, "birds/three", Verdict.FAILED, reason="server answered 500"))
    land(where, FISH, "fish/one", [
        *monthly(20_000, range(11), authors=3),
        row(30_001, datetime(2025, 5, 3), "mergebot", parents=2),
        row(30_002, datetime(2025, 5, 3), "robot", author_bot_rule="ci"),
        row(30_003, datetime(1970, 1, 1), "clock"),
        row(30_004, datetime(2100, 1, 1), "clock"),
        row(30_005, None, "clock"),
        row(30_006, datetime(2025, 5, 4), "ann", authored_at=datetime(2025, 4, 30)),
        row(30_007, datetime(2025, 5, 4), None, author_name_key=None, author_address_key=None),
    ])  # fmt: skip
    build_database(where, TWO, TODAY)
    return where


# ---- the contract ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", CONTRACT)
def test_the_names_and_types_that_users_rely_on(built, table):
    rows = ask(built, f"select column_name, column_type from (describe {table})")
    assert {c: t for c, t in rows if c in CONTRACT[table]} == CONTRACT[table]


def test_every_table_and_every_column_says_what_it_means(built):
    tables = ask(built, f"select schema_name || '.' || table_name, comment from {OWN_TABLES}")
    assert len(tables) >= 15
    assert [name for name, comment in tables if not comment or not comment.endswith(".")] == []
    columns = ask(built, f"select schema_name || '.' || table_name || '.' || column_name, comment from {OWN_COLUMNS}")
    assert len(columns) > 100
    assert [name for name, comment in columns if not comment] == []


def test_every_comment_of_the_sql_files_names_a_column_that_exists(built):
    columns = set(ask(built, f"select schema_name || '.' || table_name, column_name from {OWN_COLUMNS}"))
    for table in read_tables():
        if table.name in (*WORKING, *NOT_KEPT) or table.name.removeprefix("raw.") in (*SCHEMAS, "replay_commits"):
            continue
        assert {(table.name, column) for column in table.columns} <= columns, table.name


def test_times_are_utc_and_dates_are_dates(built):
    moments = "column_name like '%_at' or column_name in ('month', 'as_of', 'since', 'until')"
    kinds = ask(built, f"select distinct data_type from {OWN_COLUMNS} where {moments}")
    assert {kind for (kind,) in kinds} == {"TIMESTAMP", "DATE"}


# ---- commits ---------------------------------------------------------------------------------------------------


def test_a_hash_in_two_repositories_counts_once_for_the_first_of_the_catalogue(built):
    rows = ask(built, "select repository, count(*) from core.commits where community = 'birds' group by all order by 1")
    assert rows == [("birds/one", 14 * 8), ("birds/two", 1)]


def test_the_same_hash_in_two_communities_counts_in_both(where):
    birds, bees = source("birds"), source("bees")
    for of in (birds, bees):
        land(where, of, f"{of.community}/one", monthly(1, range(3)))
    build_tables(where, [community("birds", birds), community("bees", bees)], TODAY)
    assert ask(where, "select community, count(*) from core.commits group by all order by 1") == [
        ("bees", 24), ("birds", 24),
    ]  # fmt: skip


def test_impossible_dates_are_kept_flagged_and_left_out_of_months(built):
    rows = ask(built, "select hash, plausible, month, counted from core.commits "
                      "where community = 'fish' and not plausible order by hash")  # fmt: skip
    assert rows == [(f"{n:040x}", False, None, False) for n in (30_003, 30_004, 30_005)]


def test_each_definition_counts_what_it_says(built):
    sql = "from definitions.commits where community = 'fish' and month = '2025-05-01'"
    (may,) = query.ask(built.database, sql).to_pylist()
    known = {
        "commits": 8, "commits_recorded_month": 8, "commits_author_month": 7, "commits_with_merges": 9,
        "commits_with_bots": 9, "commits_with_twins": 8, "code_people_recorded_month": 4,
        "commits_with_all": 10, "code_people": 4, "code_people_by_name": 4, "code_people_by_address": 4,
        "names_author_month_with_all": 5, "code_people_author_month": 3, "code_people_with_bots": 5,
        "state": "observed",
        "community": "fish", "month": date(2025, 5, 1),
    }  # fmt: skip
    assert may == known


def test_months_are_cut_in_utc(built):
    ((month,),) = ask(built, f"select month from core.commits where hash = '{9001:040x}'")
    assert month == date(2025, 5, 1)


def test_new_people_are_counted_in_their_first_month_only_and_not_stated_in_the_first_year(built):
    rows = ask(built, "select month, value from metrics.new_code_people where community = 'birds' order by 1")
    assert rows == [(date(2025, 1, 1), 4), (date(2025, 5, 1), 1)]
    rows = ask(built, "select state, count(*) from metrics.monthly where metric = 'new_code_people' "
                      "and community = 'fish' group by all order by 1")  # fmt: skip
    assert rows == [("not_applicable", 15)]


def test_tags_have_their_dates_or_none(built):
    rows = ask(built, "select tag, tagged_at, dated_by from raw.tags order by tag desc")
    assert rows == [("v1", datetime(2025, 1, 4, 14, 13, 20), "tag"), ("undated", None, "commit")]


# ---- coverage --------------------------------------------------------------------------------------------------


def states(where, community_slug, source_name="core"):
    rows = ask(where, "select strftime(month, '%Y-%m'), state from core.coverage "
                      f"where community = '{community_slug}' and source = '{source_name}' order by 1")  # fmt: skip
    return dict(rows)


def test_a_source_has_ended_after_its_last_day(built):
    found = states(built, "fish")
    assert [found[m] for m in ("2025-01", "2025-11", "2025-12", "2026-03")] == ["seen", "seen", "ended", "ended"]


def test_a_repository_that_failed_leaves_its_share_unseen(built):
    assert set(states(built, "birds").values()) == {"partial"}
    rows = ask(built, "select distinct state, round(covered, 3) from metrics.monthly where community = 'birds' "
                      "and metric = 'commits' and month < '2026-03-01'")  # fmt: skip
    assert rows == [("partial", 0.503)], "nobody knows its traffic, so it weighs as much as the largest of the others"


def covered(where, of, visits, rows=None, more=()):
    """The months' states of one source after these visits."""
    land(where, of, "birds/one", rows or monthly(1, range(14)), seen_at=visits[0].seen_at)
    for each in visits:
        log_visit(where.visits, each)
    build_tables(where, [community("birds", of, *more)], TODAY)
    return states(where, "birds", of.name)


def test_r13_the_running_month_is_partial_and_quiet_months_are_seen(where):
    of = source("birds", since=date(2024, 11, 1))
    found = covered(where, of, [visit(of, "birds/one")])
    assert [found[m] for m in ("2024-11", "2024-12", "2026-02", "2026-03")] == ["seen", "seen", "seen", "partial"]
    zero = ask(where, "select value, state from metrics.monthly where metric = 'commits' and month = '2024-12-01'")
    assert zero == [(0, "observed")]


def test_a_unit_that_a_list_names_and_that_is_left_for_another_night_covers_nothing_and_waits(where):
    of = source("birds")
    save_plan(where.visits, Plan("birds", "core", SEEN, ("birds/one", "birds/two"), ("birds/two",), "later"))
    covered(where, of, [visit(of, "birds/one")])
    rows = ask(where, "select distinct state, covered, units from core.coverage where month = '2025-12-01'")
    assert rows == [("partial", 0.5, 2)]
    before = read_inputs(where, [community("birds", of)], TODAY).sha256
    save_plan(where.visits, Plan("birds", "core", SEEN, ("birds/one", "birds/two")))
    assert read_inputs(where, [community("birds", of)], TODAY).sha256 == before
    save_plan(where.visits, Plan("birds", "core", SEEN, ("birds/one",)))
    assert read_inputs(where, [community("birds", of)], TODAY).sha256 != before


# ---- checks ----------------------------------------------------------------------------------------------------


SPOILT = {
    "a rank or a reason": "update rankings.monthly set rank = 1, reason_code = 'both'",
    "commit hashes are counted once": "insert into core.commits from core.commits limit 1",
    "every count has a measure and stands once": "insert into core.counts (source, measure) values "
    "('a', 'b'), ('a', 'b')",
    "every landed row is loaded": "update raw.units set observations = observations + 1",
    "every message is stored or quarantined": "insert into core.quarantine (source) values ('core')",
    "messages are of people or of bots": "insert into definitions.messages (messages, messages_with_bots) "
    "values (1, 3)",
    "metrics add up to the commits": "update metrics.counts set value = value + 1 where metric = 'commits'",
    "missing is never a number": "update metrics.monthly set value = 0 where state = 'not_applicable'",
    "no address is stored": "update raw.visits set reason = 'said jane@example.org'",
    "nobody is ranked alone": "update rankings.monthly set rank = 1, reason_code = null",
    "one pseudonym key only": "insert into raw.units select * replace ('k2' as key_id) from raw.units",
    "people who never merge are two": "insert into raw.never_merge (community, one, other) "
    "select community, account_key, account_key from core.people",
    "people are at most commits": "update definitions.commits set code_people = commits + 1",
    "ranks lie in their sets": "update rankings.monthly set rank_low = 1, rank_high = null",
    "scores are the sum of their components": "update rankings.components set contribution = contribution + 1",
    "the value lies between its bounds": "update metrics.monthly set low = value + 1 where metric = 'commits'",
    "a stock has no level": "update metrics.definitions set kind = 'stock' where metric = 'commits'",
    "a partial past enters no level": "update metrics.monthly set state = 'partial' where metric = 'new_people'",
    "weights add up to one": "delete from rankings.components where metric = 'new_people'",
    "who is firmly ahead is said to be ahead": "insert into rankings.pairs (as_of, family, ahead, "
    "behind, firm, word) values ('2026-01-01', 'code', 'a', 'b', true, 'probably ahead')",
    "wider definitions count no less": "update definitions.commits set commits = commits_with_all + 1",
}


def test_every_check_has_a_case_here():
    assert set(SPOILT) == {path.stem.replace("_", " ") for path in CHECKS.glob("*.sql")}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What is said of one database that was spoilt in each of these ways before it was checked."""
    top, said, sound = tmp_path_factory.mktemp("spoilt"), {}, _check
    where, of = Folders(top / "data", top / "communities", top / "site"), source("birds", until=date(2026, 1, 31))
    land(where, of, "birds/one", monthly(1, range(13)))

    def spoilt(con):
        sound(con)
        con.execute("commit")
        for check, mistake in SPOILT.items():
            con.execute("begin")
            con.execute(mistake)
            with pytest.raises(CheckFailedError) as complaint:
                sound(con)
            said[check] = str(complaint.value)
            con.execute("rollback")
        con.execute("begin")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "_check", spoilt)
        build_database(where, [community("birds", of)], TODAY)
    return said


@pytest.mark.long
@pytest.mark.parametrize("check", SPOILT)
def test_a_check_finds_what_it_is_for(found, check):
    assert f"{check}: (" in found[check]


@pytest.mark.long
def test_nothing_is_published_that_a_check_refuses(where, monkeypatch):
    of = source("birds", until=date(2026, 1, 31))
    land(where, of, "birds/one", monthly(1, range(13)))
    build_database(where, [community("birds", of)], TODAY)
    before, sound = where.database.read_bytes(), _check
    monkeypatch.setattr(build, "_check", lambda con: (con.execute(SPOILT["a rank or a reason"]), sound(con)))
    with pytest.raises(CheckFailedError, match="a rank or a reason"):
        build_database(where, [community("birds", of)], TODAY)
    assert where.database.read_bytes() == before
    assert [p.name for p in where.data.iterdir() if "duckdb" in p.name] == ["stackrank.duckdb"]


@pytest.mark.long
def test_harvests_of_two_keys_are_not_mixed(where):
    birds, bees = source("birds"), source("bees")
    land(where, birds, "birds/one", monthly(1, range(3)))
    rows = pa.RecordBatch.from_pylist(monthly(500, range(3)), schema=COMMITS)
    other = Visit("bees", "core", "git", "bees/one", "git+https://x/", SEEN, Verdict.OK, key_id="k2")
    store.land(where, Harvest(other, 0.0, COMMITS, [rows], []))
    build_database(where, [community("birds", birds), community("bees", bees)], TODAY)
    with query.open_database(where.database) as database:
        assert database.ask("select distinct community from core.commits").num_rows == 1
        assert database.ask("select distinct key_id from raw.other_keys").num_rows == 1


# ---- the file --------------------------------------------------------------------------------------------------


def test_nothing_to_build_from_is_said(where):
    with pytest.raises(NothingObservedError, match="stackrank collect"):
        build_database(where, TWO, TODAY)
    assert not where.database.exists()


def test_the_file_is_for_reading_and_for_tools_since_1_2(built):
    assert stat.S_IMODE(built.database.stat().st_mode) == 0o400
    assert ask(
        built, "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
    ) == [("v1.2.0+",)]
    assert [p.name for p in built.data.iterdir() if "duckdb" in p.name] == ["stackrank.duckdb"]


@pytest.mark.long
def test_the_old_write_ahead_log_does_not_spoil_the_new_file(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    stale = where.database.with_name("stackrank.duckdb.wal")
    stale.write_bytes(b"left by a reader that was killed")
    build_database(where, TWO, TODAY)
    assert not stale.exists()
    assert ask(where, "select count(*) from core.commits") == ask(built, "select count(*) from core.commits")


@pytest.mark.long
def test_a_reader_keeps_its_file_while_the_next_is_swapped_in(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    with duckdb.connect(where.database, read_only=True) as con:
        before = con.sql("select built_at from raw.build").fetchall()
        build_database(where, TWO, date(2026, 3, 21))
        assert con.sql("select built_at from raw.build").fetchall() == before
    assert ask(where, "select today from raw.build") == [(date(2026, 3, 21),)]


@pytest.mark.long
def test_the_same_inputs_give_the_same_tables(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    build_database(where, TWO, TODAY)
    names = [n for (n,) in ask(built, f"select schema_name || '.' || table_name from {OWN_TABLES}")]
    assert "core.commits" in names
    with query.open_database(where.database) as again, query.open_database(built.database) as first:
        for name in names:
            sql = f"select * {'exclude (built_at)' if name == 'raw.build' else ''} from {name}"
            assert again.ask(sql).equals(first.ask(sql)), name


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


@pytest.mark.long
def test_a_source_that_was_taken_out_of_the_catalogue_is_not_in_the_database(built, tmp_path):
    where = Folders(shutil.copytree(built.data, tmp_path / "data"), built.communities, built.site)
    build_database(where, TWO[:1], TODAY)
    for table in ("core.commits", "raw.visits", "raw.units", "metrics.monthly", "rankings.monthly"):
        assert ask(where, f"select distinct community from {table}") == [("birds",)], table


# ---- the stages ------------------------------------------------------------------------------------------------


def test_a_table_comes_after_those_it_reads():
    order = [table.name for table in in_order(read_tables())]
    made = [table for table in read_tables() if not table.is_declared]
    for table in made:
        for read in reads_from(table) & set(order):
            assert order.index(read) < order.index(table.name), (table.name, read)
    assert {table.name for table in made} < set(order)
    assert {"core.persons", "core.thread_members"} < set(order)


def test_declared_tables_and_the_schemas_of_harvests_name_the_same_columns_with_the_same_types():
    with database() as con:
        con.execute("create schema raw")
        for table in read_tables():
            if table.name in {f"raw.{name}" for name in SCHEMAS}:
                make_table(con, table)
        for name, schema in SCHEMAS.items():
            declared = con.sql(f"from raw.{name}").to_arrow_table().schema
            unit, columns = declared.names[:5], declared.names[5:]
            assert (unit, columns) == (["community", "source", "unit", "position", "seen_at"], schema.names), name
            times = {n: pa.timestamp("us") for n in columns if pa.types.is_timestamp(schema.field(n).type)}
            assert {n: declared.field(n).type for n in columns} == {f.name: f.type for f in schema} | times, name


def test_a_row_without_a_declared_column_is_a_mistake():
    with database() as con:
        con.execute("create table declared (known varchar, other integer)")
        insert_rows(con, "declared", [{"other": 1, "known": "a", "more": 2}])
        assert con.sql("from declared").fetchall() == [("a", 1)]
        with pytest.raises(KeyError, match="other"):
            insert_rows(con, "declared", [{"known": "a"}])


def test_every_declared_table_is_loaded(built):
    declared = {table.name for table in read_tables() if table.is_declared} - set(WORKING)
    assert {f"raw.{name}" for name in SCHEMAS} < declared
    loaded = {*map("".join, ask(built, f"select schema_name || '.' || table_name from {OWN_TABLES}"))}
    assert declared - loaded == {f"raw.{name}" for name in (*SCHEMAS, "replay_commits")}


def test_tables_that_read_each_other_are_mistakes():
    def table(name, select):
        return Table(name, "A table.", {}, {}, select)

    with pytest.raises(ValueError, match="cycle"):
        in_order([table("core.a", "from core.b"), table("core.b", "select * from core.a")])


def test_what_a_select_reads_is_what_duckdb_parses():
    with database() as con:
        for table in (each for each in in_order(read_tables()) if not each.compute):
            ((text,),) = con.execute("select json_serialize_sql($select)", {"select": table.select}).fetchall()
            nodes = (n for n in nodes_of(json.loads(text)) if n.get("schema_name") and "table_name" in n)
            read = {f"{n['schema_name']}.{n['table_name']}" for n in nodes}
            assert reads_from(table) == read, table.name


def nodes_of(tree):
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes_of(child)


def test_each_stage_reads_only_what_lies_below_it():
    """Two metrics are columns of analysis.layers; what else is in analysis may read all other stages.

    rankings.rules is what the method says, as it is loaded.
    """
    level = {
        "raw": 0,
        "rankings.rules": 0,
        "core": 1,
        "analysis.layers": 1,
        "metrics": 2,
        "definitions": 2,
        "rankings": 3,
        "analysis": 4,
        "published": 5,
    }

    def level_of(name):
        return level.get(name, level[name.split(".")[0]])

    for table in read_tables():
        assert all(level_of(name) <= level_of(table.name) for name in reads_from(table)), table.name


def test_no_one_else_opens_duckdb():
    checkout = CHECKOUT
    importing = [
        path.relative_to(checkout).as_posix()
        for root in ("pipelines", "spiders", "flows", "reports")
        for path in (checkout / root).rglob("*.py")
        if re.search(r"^\s*(import|from) duckdb", path.read_text(), re.M)
    ]
    computed = [f"pipelines/tables/{path.parent.name}/{path.name}" for path in sorted(TABLES.glob("*/*.py"))]
    computed = [path for path in computed if not path.endswith("__init__.py")]
    assert sorted(importing) == computed + [
        f"pipelines/warehouse/{name}.py"
        for name in [
            "answer",
            "build",
            "communities",
            "core_tables",
            "engine",
            "export",
            "harvests",
            "query",
            "raw",
            "tables",
        ]
    ]
