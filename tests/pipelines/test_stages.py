"""Tables and their stages: in which order they are made, what each may read, who opens DuckDB."""

import json
import re

import pyarrow as pa
import pytest
from support.database import database

from pipelines.folders import CHECKOUT
from pipelines.landing.schemas import SCHEMAS
from pipelines.warehouse import tables
from pipelines.warehouse.tables import TABLES, Table, in_order, insert_rows, make_table, read_tables, reads_from


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


def test_rows_of_several_batches_all_arrive(monkeypatch):
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 2)
    with database() as con:
        con.execute("create table declared (known integer)")
        insert_rows(con, "declared", ({"known": number} for number in range(5)))
        assert con.sql("from declared order by known").fetchall() == [(number,) for number in range(5)]


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
        if re.search(r"^\s*(import|from) duckdb\b", path.read_text(), re.M)
    ]
    computed = [f"pipelines/tables/{path.parent.name}/{path.name}" for path in sorted(TABLES.glob("*/*.py"))]
    computed = [path for path in computed if not path.endswith("__init__.py")]
    assert sorted(importing) == computed + [
        f"pipelines/warehouse/{name}.py"
        for name in [
            "answer",
            "build",
            "communities",
            "engine",
            "export",
            "harvests",
            "query",
            "raw",
            "revisions",
            "tables",
        ]
    ]
