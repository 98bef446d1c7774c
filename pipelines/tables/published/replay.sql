-- One row per figure that others published of a quarter, from the last of 2011 to the first of 2015: theirs beside ours under their definition.
--   quarter: the quarter as the series names it, CY13-Q2
--   community: slug of the community
--   metric: what they counted, as in raw.history
--   definition: how they counted it
--   period: a month, a day or the quarter; of weekly figures the quarter in which their weeks begin
--   published: their figure, of weekly figures the sum; NULL where their report shows a chart only and no number is known
--   quality: how good it is: stated, counted by others, read from a chart; NULL as above
--   source: who published it; NULL as above
--   ours: our count, see analysis.replay_counts; NULL where there is none
--   difference: ours less theirs
--   cause_code: likely cause of the difference: equal (within 2 %), sources_missing (where ours is less), to_date, rounded (theirs, within 10 %), or of analysis.replay_kinds; NULL without a difference
--   reason_code: why we have no count: not_read, gone, no_source, few_people, no_definition, or of analysis.replay_kinds; NULL where we have
--   missing: the sources or repositories of which not all was read in the time that it counts
with figures as (
    select community, metric, split_part(metric, ':', 1) as kind, nullif(split_part(metric, ':', 2), '') as part, definition, period,
        value as published, quality, source,
        coalesce(try_strptime(period, ['%Y-%m-%d', '%Y-%m'])::date,
            try_cast(regexp_replace(period, '-Q(.)', '-' || lpad((3 * try_cast(period[-1:] as int) - 2)::varchar, 2, '0')) || '-01' as date)) as day
    from raw.history where quality <> 'measured' and length(period) > 4
), dated as (
    select *, strftime(day, '%Y-Q') || quarter(day) as of_quarter from figures where day is not null
), weekly as (
    select community, metric, kind, part, definition, of_quarter as period, sum(published) as published, quality, source,
        date_trunc('quarter', day)::date as day, of_quarter
    from dated where ends_with(kind, '_week') group by all having sum(dated.published) > 0
), quarters as (
    select distinct of_quarter, unnest(generate_series(date_trunc('quarter', day), date_trunc('quarter', day) + interval 2 months, interval 1 month))::date as month
    from dated
), charts as (
    -- The reports show both as charts month by month, from the first quarter of 2013 on.
    select community, kind as metric, kind, null as part, definition, strftime(month, '%Y-%m') as period, null::double as published,
        null as quality, null as source, month as day, of_quarter
    from quarters cross join raw.communities cross join (values ('written_names', 'distinct author names of the month by author date, merges in'),
        ('written_domains', 'distinct domains of the addresses of the authors of the month by author date, merges in')) as c(kind, definition)
    where of_quarter between '2013-Q1' and '2015-Q1'
), asked as (
    select row_number() over () as id, *, if(definition like '%over the 12 months%', 12, 1) as months,
        if(kind = 'population', date '1970-01-01', date_trunc('month', day - to_months(months - 1))::date) as first_month,
        if(contains(period, 'Q'), day + interval 2 months, date_trunc('month', day))::date as last_month
    from (from dated where not ends_with(kind, '_week') union all by name from weekly union all by name from charts)
    left join analysis.replay_kinds using (kind)
    where of_quarter between '2011-Q4' and '2015-Q1'
), counts as (
    select *, community || coalesce(part, '') as whose, try_strptime(period || '-01', '%Y-%m-%d')::date as month from analysis.replay_counts
), means as (
    -- A figure of twelve months is their mean; a ratio is one of two sums; a population only grows.
    select id,
        case
            when any_value(counted) = 'participation_ratio'
                then sum(value) filter (c.kind = 'messages') / nullif(sum(value) filter (c.kind = 'threads'), 0)
            when any_value(counted) = 'population' then max(value)
            else sum(value) / any_value(months)
        end as counted_value
    from asked join counts as c on c.community = asked.community and c.part is not distinct from asked.part
        and (c.kind = counted or counted = 'participation_ratio' and c.kind in ('messages', 'threads'))
        and if(contains(asked.period, 'Q') or counted = 'domain_share', c.period = of_quarter,
            c.month between first_month and asked.last_month)
    group by id
), channels as (
    select id, s.source as place, s.kind = 'unreadable' as is_gone, c.state in ('seen', 'partial') as is_seen, c.covered < 1 as is_missing
    from asked join raw.sources as s using (community)
    join core.coverage as c on (c.community, c.source) = (s.community, s.source) and c.month between first_month and last_month
    where family = 'talk' and s.kind not in ('git', 'series_status', 'mailmap') and not counts_only and copy_of is null
        and c.state in ('seen', 'partial', 'pending', 'gap') and (asked.part is null or list_name = asked.part)
), repositories as (
    -- Only what is counted by the author's clock, merges in, takes the repositories of the replay too.
    select distinct asked.id, named.unit as place, false as is_gone, rows.unit is not null as is_seen, not is_seen as is_missing
    from asked join (
        select community, unit, true as is_of_replay from raw.replay_units
        union all
        select community, unit, false from core.unit_months join raw.sources using (community, source) where kind = 'git' and unit is not null
    ) as named on named.community = asked.community and (starts_with(kind, 'written_') or not is_of_replay)
    left join (select distinct community, unit from core.unit_rows) as rows on (rows.community, rows.unit) = (named.community, named.unit)
    where family = 'code' and (not starts_with(kind, 'repository_') or named.unit = part)
), needed as (
    select id, bool_or(is_seen) as seen, bool_and(is_gone) as gone, list(distinct place order by place) filter (is_missing) as missing
    from (from channels union all from repositories) group by id
), beside as (
    select asked.*, coalesce(missing, []) as missing, seen, gone,
        coalesce(part is not null and (contains(kind, 'people') and is_few(counted_value)), false) as few,
        case when family = 'releases' then counted_value when seen and not few then coalesce(counted_value, 0) end::double as ours
    from asked left join means using (id) left join needed using (id)
)
select 'CY' || of_quarter[3:] as quarter, community, metric, definition, period, published, quality, source, ours,
    ours - published as difference,
    case
        when difference is null then null
        when abs(difference) <= 0.02 * published then 'equal'
        when len(missing) > 0 and difference < 0 then 'sources_missing'
        when definition like '%to date%' then 'to_date'
        when (quality like '%chart%' or quality like '%rounded%') and abs(difference) <= 0.1 * published then 'rounded'
        else cause_code
    end as cause_code,
    case
        when ours is not null then null
        when few then 'few_people'
        when reason_code is not null then reason_code
        when counted is null then 'no_definition'
        when seen is null and family <> 'releases' then 'no_source'
        when gone then 'gone'
        else 'not_read'
    end as reason_code,
    missing
from beside
order by quarter, community, metric, period, source, published, definition
