-- One row per ranking of the window that ends with $as_of and earlier window: how the index of $community moved since.
select m.family, c.name, m.span, m.earlier, m.growth, m.low, m.high, m.word, m.reason_code, m.break_month
from rankings.movement m
join raw.communities c using (community)
where m.as_of = $as_of and m.community = $community and m.span <> 'month'
order by list_position(['overall', 'code', 'talk', 'people'], m.family), m.span desc
