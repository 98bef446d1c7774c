-- How many commits of a community are the same change as another one, and of how many nobody knows.
select community, sum(twins)::bigint as twins, sum(unknown)::bigint as unknown
from core.twins
group by community
order by community
