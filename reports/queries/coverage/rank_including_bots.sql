-- One row per community and metric of the window that ends with $as_of: its rank, and its rank where bots are included.
select r.family, r.metric, r.community, c.name, r.level, r.level_including_bots, r.rank, r.rank_including_bots,
       count(*) over (partition by r.family, r.metric) as ranked
from analysis.rank_including_bots r
left join raw.communities c using (community)
where r.as_of = $as_of
order by r.family, r.metric, r.rank, r.community
