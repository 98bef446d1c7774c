-- One row per ranking and community for the window that ends with $as_of.
select r.family, r.rank, r.rank_low, r.rank_high, r.community, c.name, r.state, r."index", r.score, r.score_error, r.possible_low, r.possible_high, r.months, r.published_months, r.missing, r.without_source, r.too_short, r.reason_code, r.method, r.method_sha256
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of = $as_of
order by r.family, r.rank nulls last, r.state = 'dormant', c.name, r.community
