-- One row per community and metric: its rank in the last complete month, and its rank where bots are included.
select r.family, r.metric, r.community, c.name, r.rank, r.rank_including_bots, count(*) over (partition by r.metric) as ranked
from analysis.rank_including_bots r
left join raw.communities c using (community)
where r.as_of = (select last_complete_month from raw.build) and r.family = 'talk'
order by r.community, r.metric
