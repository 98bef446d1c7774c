-- One row per rule of the method: its name, its value, and what it says.
select r.name, r.value, c.comment as meaning
from (unpivot (select columns(*)::varchar from rankings.rules) on columns(*) into name name value value) r
join duckdb_columns() c on c.schema_name = 'rankings' and c.table_name = 'rules' and c.column_name = r.name
order by c.column_index
