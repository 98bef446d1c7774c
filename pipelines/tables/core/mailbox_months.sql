-- One row per mailbox and month in which messages of it were sent, those aside that are dated after the harvest.
--   community: slug of the community
--   source: name of the list
--   unit: the mailbox
--   month: first day of the month, UTC
--   newest_at: when its newest message was sent, UTC
select community, source, unit, date_trunc('month', sent_at)::date as month, max(sent_at) as newest_at
from raw.messages join raw.sources using (community, source)
where kind = 'mbox' and quarantine is null and sent_at <= seen_at
group by all
order by community, source, unit, month
