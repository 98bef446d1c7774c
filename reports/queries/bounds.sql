-- The least and the most that the level of a count of people could be, over the months that the level of the window that ends with $as_of takes.
with judged as (
    select *, state in ('observed', 'partial') and covered >= $usable_coverage as seen,
        not seen and published is not null and state <> 'not_applicable' as taken
    from metrics.monthly join metrics.definitions using (metric) join rankings.method using (metric)
    where unit = 'people' and month <= $as_of and month > $as_of - to_months($window_months)
)
select community, metric,
    avg(if(seen, low / covered ^ coverage_exponent, published)) filter (seen or taken) as low,
    avg(if(seen, high / covered ^ coverage_exponent, published)) filter (seen or taken) as high
from judged
group by all
order by community, metric
