-- One row per rule about the commits of bots: its condition, and the commits and communities that it left out.
select r.id, r.condition, r.evidence, r.reviewed, count(c.hash) as commits, count(distinct c.community) as communities
from raw.commit_bot_rules r
left join core.commits c on c.bot_rule = r.id
group by all
order by commits desc, r.id
