-- One row per month of a mail archive that is listed or held, and one for a whole list or forum where the archive counts that: our count against its own.
--   community: slug of the community
--   source: name of the list
--   month: first day of the month under which the archive files the messages; NULL for the whole list or forum
--   total: messages that the archive says it holds; NULL where it does not say
--   stored: messages that we read there
--   quarantined: what stands there and is no message, see core.quarantine
--   copies: stored messages that are copies of others of the list; NULL where nothing is held
--   other_month: stored messages that were sent in another month, UTC
--   difference: stored plus quarantined, less total; of a forum above 0 where posts were deleted since they were read
--   state: equal, differs, no total, not held, wider total (a forum counts also what it shows to nobody: private messages, posts of its staff)
with held as (
    select community, source, try_strptime(unit || '-01', '%Y-%m-%d')::date as month,
        sum(messages)::bigint as stored, sum(quarantined)::bigint as quarantined, sum(other_month)::bigint as other_month
    from core.unit_rows where messages is not null group by all
), kept as (
    select community, source, try_strptime(unit || '-01', '%Y-%m-%d')::date as month, count(*) as postings
    from core.postings group by all
), compared as (
    select community, source, month, total, held.stored is null and seen_until is null as waiting,
        coalesce(held.stored, if(waiting, null, 0)) as stored, coalesce(held.quarantined, if(waiting, null, 0)) as quarantined,
        coalesce(held.other_month, if(waiting, null, 0)) as other_month, held.stored - coalesce(postings, 0) as copies
    from core.archive_months
    full join held using (community, source, month)
    left join kept using (community, source, month)
    where month is not null and (listed or stored is not null)
), whole as (
    select community, source, null::date as month, any_value(messages) as total, bool_or(waiting) as waiting,
        sum(stored)::bigint as stored, sum(quarantined)::bigint as quarantined,
        sum(other_month)::bigint as other_month, coalesce(sum(copies), 0)::bigint as copies
    from raw.totals as t join raw.sources using (community, source) join compared using (community, source)
    where kind = 'hyperkitty' and t.month is null group by all
), forums as (
    select community, source, null::date as month, any_value(messages) as total, bool_or(not coalesce(b.seen, false)) as waiting,
        any_value(held.stored) as stored, any_value(held.quarantined) as quarantined, null::bigint as other_month,
        any_value(held.stored - postings) as copies
    from raw.totals as t join raw.sources using (community, source)
    left join core.forum_blocks as b using (community, source)
    left join held using (community, source) left join kept using (community, source)
    where kind = 'discourse' group by all
)
select community, source, month, total, stored, quarantined, if(stored is null, null, coalesce(copies, 0)) as copies, other_month,
    stored + quarantined - total as difference,
    case
        when waiting then 'not held'
        when total is null then 'no total'
        when difference = 0 then 'equal'
        when difference < 0 and kind = 'discourse' then 'wider total'
        else 'differs'
    end as state
from (from compared union all by name from whole union all by name from forums) join raw.sources using (community, source)
order by community, source, month
