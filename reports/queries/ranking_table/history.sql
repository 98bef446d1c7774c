-- One row per ranking and community of which a source had begun: its score in every month that has a ranking, NULL where it has none.
select family, community, list("index" order by as_of) as scores
from (
    select as_of, family, community, case when r.state in ('ranked', 'quiet') then "index" end as "index"
    from rankings.as_ofs cross join (select distinct family, community from rankings.monthly) left join rankings.monthly r using (as_of, family, community)
    where as_of >= date '2011-01-01'
)
group by family, community
order by family, community
