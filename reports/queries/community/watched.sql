-- Whether anything of code and talk of $community was seen in the twelve months that end with $as_of, and whether all of it was: one row.
select coalesce(bool_or(state in ('observed', 'partial')), false) as was_seen,
       coalesce(bool_and(state in ('observed', 'not_applicable')), false) as was_whole
from core.channels
where community = $community and family in ('code', 'talk') and month between $as_of - interval 11 months and $as_of
