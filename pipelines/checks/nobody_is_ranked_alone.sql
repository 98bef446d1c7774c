select as_of, family, count(rank) as ranked from rankings.monthly cross join rankings.rules
group by as_of, family having count(rank) between 1 and any_value(fewest_ranked) - 1
