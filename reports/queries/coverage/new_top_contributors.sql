-- How many of the twenty most active people of each channel were first seen in the last three complete months.
select t.community, c.name, t.channel, count(*) as people, min(t."rank") as highest_rank, max(t.first_month) as newest
from core.new_at_the_top t left join raw.communities c using (community)
group by all
order by t.community, t.channel
