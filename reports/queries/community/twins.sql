-- How many commits of $community recorded before $until are the same change as another one, and of how many nobody knows.
select coalesce(sum(twins), 0)::bigint as twins, coalesce(sum(unknown), 0)::bigint as unknown
from core.twins
where community = $community and month < $until
