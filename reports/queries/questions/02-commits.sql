-- How many commits had June 2026, and what is known of it?
select community, value::int as commits, state from metrics.monthly
where metric = 'commits' and month = '2026-06-01' order by commits desc nulls last
