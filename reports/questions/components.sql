-- What each metric adds to the score of the newest complete window.
select c.family, c.community, c.metric, c.months, c.level, c.weight, c.contribution, c.state
from rankings.components c
join raw.build b on c.as_of = b.last_complete_month
order by c.family, c.community, c.metric
