-- One row per family and community for the window that ends with $as_of; nobody is left out silently.
with window_of as (select * from rankings.monthly where as_of = $as_of)
select f.family, f.families, c.community, c.name, n.place, n.score, n."index", n.months, n.published_months,
       case when n.place is null
            then coalesce(n.reason, 'the build gave no row for this community') end as reason
from (select family, max(families) as families from window_of group by family) f
cross join raw.communities c
left join window_of n on n.family = f.family and n.community = c.community
order by f.family, n.place nulls last, c.name, c.community
