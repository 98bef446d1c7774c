-- Median time until another person answered, of the threads that a person started in the month; those without an answer count as waiting up to the newest message of the community (Kaplan-Meier). No value where fewer than half were answered.
-- family: talk
-- unit: hours
-- kind: measure
-- formula: smallest h with S(h) <= 1/2; S is the Kaplan-Meier share of the threads of month m that still wait after h hours
-- chaoss: Time to First Response
with newest as (
    select community, max(sent_at) as newest_at from core.messages group by all
), waited as (
    select community, month, answered_at is not null as answered,
        date_diff('second', started_at, coalesce(answered_at, newest_at)) / 3600 as hours
    from core.threads join newest using (community) where is_human and month is not null
), at_risk as (
    select *, count(*) over (partition by community, month)
        - row_number() over (partition by community, month order by hours, answered desc) + 1 as waiting
    from waited
), surviving as (
    select *, product(if(answered, 1 - 1.0::double / waiting, 1)) over
        (partition by community, month order by hours, answered desc rows unbounded preceding) as share
    from at_risk
)
select community, month, min(hours) filter (share <= 0.5 + 1e-12) as value
from surviving group by all having count(*) filter (answered) * 2 >= count(*)
order by community, month
