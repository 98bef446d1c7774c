-- The least and the most that the mean count of people of the window that ends with $as_of could be, over the months that were seen.
select community, metric, avg(low / nullif(covered, 0)) as low, avg(high / nullif(covered, 0)) as high
from metrics.monthly join metrics.definitions using (metric)
where unit = 'people' and month <= $as_of and month + interval 11 months >= $as_of and low is not null
group by all
order by community, metric
