-- One row per ranking, community and earlier window: how its index moved since, up to the last complete month.
select m.family, m.community, c.name, m.span, m.earlier, m.growth, m.low, m.high, m.word, m.reason_code, m.break_month
from rankings.movement m
left join raw.communities c using (community)
where m.as_of = (select last_complete_month from raw.build) and m.span <> 'month'
order by m.community, list_position(['overall', 'code', 'talk', 'people'], m.family), m.span desc
