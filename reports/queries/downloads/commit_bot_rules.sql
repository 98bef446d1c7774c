-- One row per rule that tells the commits of bots: what it looks at, and how many commits of how many communities it left out.
select r.id, r.condition, count(c.hash) as commits, count(distinct c.community) as communities, r.evidence, r.reviewed
from raw.commit_bot_rules r
left join core.commits c on c.bot_rule = r.id
group by all
order by commits desc, r.id
