-- Distinct people who committed the commits that are counted (bots that merge are no people), by committer month; core.people says who is one person.
-- family: code
-- unit: people
-- formula: number of distinct committers of the counted commits of month m
-- chaoss: Committers
select community, date_trunc('month', committed_at)::date as month, count(distinct committer_key) as value
from core.commits where counted and not committer_is_bot group by all
order by community, month
