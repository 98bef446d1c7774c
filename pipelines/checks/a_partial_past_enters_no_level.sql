select m.community, m.metric, m.month, covered, number from metrics.monthly as m
join metrics.definitions as d using (metric) join rankings.numbers as n using (community, metric, month)
where d.past = 'newcomers' and m.state = 'partial' and number is not null and not filled
