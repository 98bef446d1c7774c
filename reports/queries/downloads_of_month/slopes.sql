-- One row per ranking that had places in June 2013 and community that had one: its score with the 90 % range then and at its last place, and why that is the last.
with scored as (
    select as_of, family, community, rank, rank_low, rank_high, state, reason_code, active_in, "index" as score,
           100 * exp(score - 1.6448536 * score_error) as low, 100 * exp(score + 1.6448536 * score_error) as high
    from rankings.monthly
    where as_of >= date '2013-06-01' and as_of <= $as_of
), ends as (
    select family, community, max(as_of) as as_of from scored where rank is not null group by all
)
select t.family, t.community, t.score as score_then, t.low as low_then, t.high as high_then, t.rank_low as rank_low_then, t.rank_high as rank_high_then,
       e.as_of as last, l.score, l.low, l.high, l.rank_low, l.rank_high, e.as_of = $as_of as is_ranked, n.state, n.reason_code, a.active_in
from scored t
join ends e using (family, community)
join scored l on l.family = e.family and l.community = e.community and l.as_of = e.as_of
left join scored n on n.family = e.family and n.community = e.community and n.as_of = (e.as_of + interval 1 month)::date
left join scored a on a.family = e.family and a.community = e.community and a.as_of = $as_of
where t.as_of = date '2013-06-01' and t.rank is not null
order by list_position(['overall', 'code', 'talk', 'people'], t.family), t.score desc, t.community
