-- How many figures were published by others, or measured earlier by us: one row.
select count(*) as figures from raw.history
