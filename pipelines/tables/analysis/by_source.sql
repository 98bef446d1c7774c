-- One row per list or forum and month: what stands there, before copies and moves are counted once (the raw view of the talk family).
--   community: slug of the community
--   source: name of the source
--   month: first day of the month, UTC
--   postings: messages on it that were sent in the month; NULL where the month was not seen, never 0 for that
--   people: distinct senders of those; NULL as above
--   only_here: postings whose message stands on no other list of the community, copies of this one aside; NULL as above, and where the list is shown only
--   first_here: messages of people that stood here first: over all sources they add up to the metric messages; NULL as above, and where the list is shown only
--   state: observed, partial, unobserved (not asked yet, or asked and not had), not_applicable (before it began or after it ended)
with counted as (
    select p.community, p.source, p.month, count(*) as postings, count(distinct p.sender_key) as people,
        count(*) filter (m.postings = 1) as only_here
    from core.postings as p left join core.messages as m using (community, message_key) where p.month is not null group by all
), begun as (
    select community, source, month, count(*) as first_here from core.messages where is_human and month is not null group by all
)
select community, source, month,
    case when state in ('seen', 'partial') then coalesce(postings, 0) end as postings,
    case when state in ('seen', 'partial') then coalesce(people, 0) end as people,
    case when state in ('seen', 'partial') and shown_only is not true then coalesce(only_here, 0) end as only_here,
    case when state in ('seen', 'partial') and shown_only is not true then coalesce(first_here, 0) end as first_here,
    case
        when state = 'seen' then 'observed'
        when state = 'partial' then 'partial'
        when state in ('not_started', 'ended') then 'not_applicable'
        else 'unobserved'
    end as state
from core.coverage
join raw.sources using (community, source)
left join counted using (community, source, month)
left join begun using (community, source, month)
where kind not in ('git', 'series_status', 'mailmap')
order by community, source, month
