-- How few people make half of the commits of twelve months?
select community, month, value::int as people from metrics.monthly join raw.build on month = last_complete_month
where metric = 'code_absence_factor' order by community
