-- One row per ranking and community of which a source had begun, of the window that ends with $as_of, in the order of the page. Who has no place has a score only where nobody else could be ranked.
select r.family, r.community, coalesce(c.name, r.community) as name, r.state, r.reason_code, r.rank, r.rank_low, r.rank_high, r.ranked, r.months,
       if(is_shown, r."index", null) as "index", if(is_shown, 100 * exp(r.score - $spread * r.score_error), null) as index_low,
       if(is_shown, 100 * exp(r.score + $spread * r.score_error), null) as index_high
from (select *, rank is not null or reason_code = 'fewer_than_two_ranked' as is_shown from rankings.monthly) r
left join raw.communities c using (community)
where r.as_of = $as_of and r.state <> 'no source'
order by r.family, r.rank nulls last, r.state = 'dormant', name, r.community
