select * from rankings.monthly
where (rank is null) = (reason_code is null) or rank is not null and (score is null or state <> 'ranked')
