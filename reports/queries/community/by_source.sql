-- What stands on each list and forum of $community by itself, month by month before $until, the largest first.
select s.source as key, s.source as name, s.month, s.postings as value, s.state,
       s.month > b.last_complete_month as to_date,
       case when s.month > b.last_complete_month then 'to date'
            when s.state in ('partial', 'published') then s.state else 'observed' end as known
from analysis.by_source s
cross join raw.build b
where s.community = $community and s.month < $until
qualify sum(s.postings) over (partition by s.source) > 0
order by sum(s.postings) over (partition by s.source) desc, s.source, s.month
