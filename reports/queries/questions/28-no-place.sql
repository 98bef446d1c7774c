-- Why has a community no place, and since when was it not seen?
select as_of, family, state, missing, without_source, active_in
from rankings.monthly join raw.build on as_of = last_complete_month
where community = 'eucalyptus' and rank is null order by family
