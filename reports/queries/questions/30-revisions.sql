-- How much did counts change after they were first published?
select community, metric, age, count(*) as counts, count(*) filter (value <> first_value) as changed,
    round(max(abs(change)), 3) as largest
from analysis.revisions group by all order by community, metric, age
