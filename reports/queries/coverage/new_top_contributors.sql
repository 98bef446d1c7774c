-- The channels of which somebody new in the last three complete months is among the twenty most active people; how many, where three or more.
select t.community, c.name, t.channel, if(count(*) >= 3, count(*), null) as people
from core.new_at_the_top t left join raw.communities c using (community)
group by all
order by t.community, t.channel
