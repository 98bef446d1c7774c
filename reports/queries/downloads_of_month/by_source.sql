-- What stands on each list and forum by itself, month by month before $until.
select s.community, s.source, s.month, s.postings as value, s.people, s.suppressed, s.only_here, s.first_here,
       if(o.kind in ('discourse', 'askbot'), 'forum', 'list') as channel, s.state,
       s.month > (select last_complete_month from raw.build) as to_date
from published.by_source s
left join raw.sources o using (community, source)
where s.month < $until
order by s.community, s.source, s.month
