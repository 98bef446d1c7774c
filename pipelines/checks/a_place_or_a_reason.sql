select * from rankings.monthly where (place is null) = (reason is null) or place is not null and score is null
