-- How many mail domains had the authors of a repository used by each month? Merges are excluded.
with months as (
    select unnest(generate_series(min(month), max(month), interval 1 month))::date as month
    from core.commits where repository = 'apache/cloudstack' and parents < 2
), firsts as (
    select author_domain, min(month) as month
    from core.commits where repository = 'apache/cloudstack' and parents < 2 and author_domain is not null
    group by author_domain
)
select month, count(author_domain) as new_domains, sum(count(author_domain)) over (order by month)::int as domains
from months left join firsts using (month)
group by month order by month
