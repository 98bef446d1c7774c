-- How many commits lie between the last two feature releases?
with newest as (
    select community, coalesce(name, version) as release, released_at,
        lag(released_at) over (partition by community order by released_at) as before
    from core.releases where kind = 'feature'
    qualify row_number() over (partition by community order by released_at desc) = 1
)
select community, release, before, released_at, count(*) as commits
from newest join core.commits using (community)
where counted and committed_at >= before and committed_at < released_at
group by all order by community
