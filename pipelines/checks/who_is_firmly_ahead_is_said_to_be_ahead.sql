select p.* from rankings.pairs as p
left join rankings.monthly as a on (a.as_of, a.family, a.community) = (p.as_of, p.family, p.ahead)
left join rankings.monthly as b on (b.as_of, b.family, b.community) = (p.as_of, p.family, p.behind)
where p.firm <> (p.word = 'ahead') or p.firm <> (a.level_until = a.rank) or b.rank <> a.rank + 1
    or p.difference < 0 or abs(p.difference - (a.score - b.score)) > 1e-9
