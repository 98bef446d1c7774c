-- Every figure that others published in the years of the quarterly series, beside ours.
select quarter, community, coalesce(name, community) as name, metric, definition, period, published, quality, source, ours, difference, cause_code, reason_code, missing
from published.replay left join raw.communities using (community)
order by quarter, name, metric, period, source
