-- Whether anything of code and talk of a community was seen in the last twelve complete months, and whether all of it was.
select community, bool_or(state in ('observed', 'partial')) as was_seen, bool_and(state in ('observed', 'not_applicable')) as was_whole
from core.channels cross join raw.build
where family in ('code', 'talk') and month between last_complete_month - interval 11 months and last_complete_month
group by community
order by community
