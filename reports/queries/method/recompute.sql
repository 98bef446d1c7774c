-- Compute every index of the newest edition and its error from the monthly numbers and the constants alone, beside those of rankings.monthly.
with numbers as (
    select community, metric, month, case
        when state in ('observed', 'partial') and value is not null and covered >= usable_coverage then value / covered ^ coverage_exponent
        when state <> 'not_applicable' then published end as u
    from metrics.monthly join rankings.method using (metric) cross join rankings.rules cross join raw.build
    where month > last_complete_month - to_months(past_months) and month <= last_complete_month
), neighbours as (
    select *, u - lag(u) over months as change, u + lag(u) over months as total
    from numbers window months as (partition by community, metric order by month)
), levels as (
    select community, metric, count(u) filter (in_window) as n, avg(u) filter (in_window) as x,
        count(change) as pairs, sum(change ^ 2) / nullif(sum(total), 0) as own
    from (select *, month > last_complete_month - to_months(window_months) as in_window
          from neighbours cross join rankings.rules cross join raw.build)
    group by community, metric having n >= (select fewest_months from rankings.rules)
), noise as (
    select community, metric, n, x, "offset" as c, ln((x + c) / (reference + c)) as y, pairs / (pairs + prior_pairs) as g,
        greatest(1, dispersion * (x / 100) ^ dispersion_exponent) as panel, least(greatest(own, panel / clamp), panel * clamp) as held,
        if(pairs >= fewest_pairs and own is not null, exp(g * ln(held) + (1 - g) * ln(panel)), panel) as phi,
        sqrt(phi * memory * greatest(x, 1 / n) / (n * (x + c) ^ 2)) as se
    from levels join rankings.method using (metric) cross join rankings.rules
), errors as (
    select a.family, one.community, sqrt(sum(a.weight * b.weight * correlation * one.se * two.se)) as error
    from rankings.weights a join rankings.weights b using (family)
    join rankings.correlations r on r.metric = a.metric and r.other = b.metric
    join noise one on one.metric = a.metric join noise two on two.metric = b.metric and two.community = one.community
    group by all
), scores as (
    select family, community, round(sum(weight * y), 9) as score
    from noise join rankings.weights using (metric) join (select family, count(*) as metrics from rankings.weights group by family) using (family)
    group by family, community, metrics having count(*) = metrics
)
select family, community, 100 * exp(s.score) as index_computed, m."index" as index_published, error as error_computed,
    m.score_error as error_published
from scores s join errors using (family, community) join rankings.monthly m using (family, community)
join raw.build on as_of = last_complete_month
where m.score is not null
order by family, index_computed desc, community
