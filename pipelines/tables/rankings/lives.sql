-- One row per month that has a ranking, ranking and community: since when its sources live, and when it was last active.
--   as_of: first day of the last month of the window
--   family: family of the ranking, or overall
--   community: slug of the community
--   lives: a source of the ranking was alive in the month
--   living_since: first month with a living source of the ranking; NULL where there was none yet
--   living_months: months since then, this one included; 0 where there was none yet
--   active_in: last month up to as_of in which anything of the ranking was seen; NULL where there is none
select month as as_of, family, community,
    bool_or(lives) as lives,
    min(living_since) as living_since,
    coalesce(date_diff('month', min(living_since), month) + 1, 0)::integer as living_months,
    max(active_in) as active_in
from rankings.numbers join rankings.weights using (metric) join rankings.as_ofs on as_of = month
group by month, family, community
order by as_of, family, community
