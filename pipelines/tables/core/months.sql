-- One row per community and month, from its first source's first month to the running one.
--   community: slug of the community
--   month: first day of the month, UTC
--   next_month: first day of the month after it
--   complete: the month was over long enough to be ranked
select community, month::date as month, (month + interval 1 month)::date as next_month,
    month <= last_complete_month as complete
from (select community, min(since) as since from raw.sources group by all)
cross join raw.build
cross join lateral unnest(generate_series(date_trunc('month', since), date_trunc('month', today), interval 1 month))
    as calendar(month)
order by community, month
