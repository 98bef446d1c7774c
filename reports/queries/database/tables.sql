-- One row per table of the database: what its rows are, and its columns with type and comment.
with columns_of as (
    select schema_name, table_name, list({'name': column_name, 'type': lower(data_type), 'comment': comment} order by column_index) as columns
    from duckdb_columns()
    where database_name = current_database()
    group by schema_name, table_name
)
select c.schema_name as schema, c.table_name as name, t.comment as sentence, c.columns
from columns_of c
join duckdb_tables() t on t.database_name = current_database() and t.schema_name = c.schema_name and t.table_name = c.table_name
where c.schema_name in ('raw', 'core', 'metrics', 'definitions', 'analysis', 'published', 'rankings')
order by list_position(['rankings', 'metrics', 'definitions', 'published', 'analysis', 'core', 'raw'], c.schema_name), c.table_name
