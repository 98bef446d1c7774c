-- Every monthly number before $until with its state; value is NULL, never 0, where the month was not seen.
select m.community, c.name, m.metric, m.month, m.value, m.state, m.covered,
       m.month > (select last_complete_month from raw.build) as to_date
from metrics.monthly m
left join raw.communities c using (community)
where m.month < $until
order by m.metric, m.month, m.community
