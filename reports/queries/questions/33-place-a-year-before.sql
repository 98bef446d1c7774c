-- Which place had each community a year before, which has it now, and is the change beyond the noise?
select n.community, b.rank as rank_before, format('{} to {}', b.rank_low, b.rank_high) as places_before,
    n.rank, format('{} to {}', n.rank_low, n.rank_high) as places, n.rank_low > b.rank_high or n.rank_high < b.rank_low as beyond
from rankings.monthly as n join rankings.monthly as b
    on (b.family, b.community, b.as_of) = (n.family, n.community, n.as_of - interval 12 month)
join raw.build on n.as_of = last_complete_month
where n.family = 'people' and n.rank > 0 and b.rank > 0 order by n.rank
