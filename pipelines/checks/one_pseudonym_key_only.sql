select key_id, count(*) as units, any_value(unit) as for_example from raw.units
where (select count(distinct key_id) from raw.units) > 1 group by all
