-- One row per family and community for the newest complete window; nobody is left out silently.
with newest as (
    select r.*
    from rankings.monthly r
    join raw.build b on r.as_of = b.last_complete_month
)
select f.family, c.community, c.name, c.homepage, n.place, n.score, n."index", n.months, n.published_months,
       case when n.place is null
            then coalesce(n.reason, 'the build gave no row for this community') end as reason
from (select distinct family from newest) f
cross join raw.communities c
left join newest n on n.family = f.family and n.community = c.community
order by f.family, n.place nulls last, c.name, c.community
