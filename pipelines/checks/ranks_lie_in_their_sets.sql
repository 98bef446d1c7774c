select * from rankings.monthly
where (rank_low is null) <> (rank_high is null) or rank_low is not null and rank is null
    or not rank between rank_low and rank_high or rank_high > ranked or level_until not between rank and ranked
