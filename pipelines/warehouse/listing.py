"""Questions about the database itself: its tables, and the columns of one, with their comments."""

from pipelines.warehouse.tables import literal

TABLES = """
select schema_name || '.' || table_name as "table", estimated_size as "rows", comment as "a row"
from duckdb_tables() where not internal
union all
select schema_name || '.' || view_name, null, comment from duckdb_views() where not internal order by all
"""
"""The tables and views of a database, how many rows a table has, and what a row is."""


def columns_question(table: str) -> str:
    """Return the question for the comments of a table and of its columns; it fails where there is no such table."""
    name, unknown = literal(table), literal(f"{table} is no table")
    return f"""
with found as (
    select 0 as place, '(a row)' as "column", '' as type, comment from duckdb_tables()
    where schema_name || '.' || table_name = {name}
    union all
    select 0, '(a row)', '', comment from duckdb_views() where schema_name || '.' || view_name = {name}
    union all
    select column_index, column_name, data_type, comment from duckdb_columns()
    where schema_name || '.' || table_name = {name}
)
select "column", type, if(place is null, error({unknown}), comment) as comment
from found right join (select 1) on true order by place
"""
