-- How does a quarter compare with the same quarter of the year before?
with quarters as (
    select community, year(month) as year, sum(value) as commits, count(value) as months
    from metrics.monthly where metric = 'commits' and quarter(month) = 2 and complete group by all
)
select community, n.commits::int as commits, b.commits::int as year_before, round(n.commits / b.commits - 1, 2) as change
from quarters as n join quarters as b using (community)
where n.year = 2026 and b.year = 2025 and n.months = 3 and b.months = 3 order by community
