-- One row per community of the month: its levels in the order of the metrics, how its sources live in the order of the families, and how many people it has.
with metrics as (
    select community, list(y order by metric) as y, list(y_error order by metric) as errors, list(months order by metric) as months,
        list(applicable_months order by metric) as applicable
    from rankings.levels where as_of = $as_of group by community
), lived as (
    select community, list(lives order by family) as lives, list(living_months order by family) as living_months,
        list(living_since order by family) as living_since, list(active_in order by family) as active_in
    from rankings.lives where as_of = $as_of and family <> 'overall' group by community
), seen as (
    select community, any_value(people) as people, bool_or(coalesce(reason_code = 'nobody_seen', false)) as is_empty
    from rankings.monthly where as_of = $as_of group by community
)
select community, coalesce(c.name, community) as name, c.marker, y, errors, months, applicable, lives, living_months, living_since, active_in,
    people, is_empty
from metrics join lived using (community) join seen using (community) left join raw.communities c using (community)
order by community
