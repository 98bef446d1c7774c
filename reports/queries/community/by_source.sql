-- One row per community and list or forum with a posting: its months up to the last complete one as lists, the largest first. Copies and cross-posts are included.
with shown as (
    select s.community, s.source, if(o.kind in ('discourse', 'askbot'), s.source || ' (forum)', s.source) as name, s.month, s.postings, s.state, o.shown_only,
           min(s.month) filter (s.state <> 'not_applicable') over (partition by s.community) as begun
    from published.by_source s
    left join raw.sources o using (community, source)
    where s.month <= (select last_complete_month from raw.build)
)
select community, source as key, any_value(name) as name, min(month) as first, list(postings order by month) as "values",
       list(state order by month) as states, any_value(coalesce(shown_only, false)) as shown_only
from shown
where month >= begun
group by community, source
having sum(postings) > 0
order by community, sum(postings) desc, source
