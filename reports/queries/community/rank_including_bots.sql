-- One row per metric: the rank of $community in the window that ends with $as_of, and its rank where bots are included.
with ranks as (
    select *, count(*) over (partition by metric) as ranked
    from analysis.rank_including_bots where as_of = $as_of and family = 'talk'
)
select r.family, r.metric, r.community, c.name, r.rank, r.rank_including_bots, r.ranked
from ranks r
left join raw.communities c using (community)
where r.community = $community
order by r.metric
