-- One row per community and month up to $as_of that has a ranking: contributors a month to code, the mean of the twelve months that end there, with its range of 90 %; NULL where it is not known, and after the last month that gave a number.
with numbered as (
    select community, max(month) as last_month from rankings.numbers
    where metric = 'code_people' and number is not null and month <= $as_of group by community
)
select c.name, l.community, l.as_of as month,
       if(l.as_of <= n.last_month, round(l.level, 4), null) as value,
       if(l.as_of <= n.last_month, round(l.range_low, 4), null) as low,
       if(l.as_of <= n.last_month, round(l.range_high, 4), null) as high,
       if(l.as_of <= n.last_month, l.months, null) as months,
       case when l.level is null or l.as_of > n.last_month or n.last_month is null then 'unobserved' else l.state end as state
from rankings.levels l
left join raw.communities c using (community)
left join numbered n using (community)
where l.metric = 'code_people' and l.as_of <= $as_of
order by l.community, l.as_of
