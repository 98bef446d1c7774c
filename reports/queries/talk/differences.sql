-- One row per way in which a statement, numbered as in facts.sql, differs from what we count: unknown_version, other_day, other_newest (of the end of its time), other_cadence (where all twelve months were seen).
with released as (
    select community, version, name as series, released_at, row_number() over (partition by community order by
        released_at, list_transform(regexp_extract_all(version, '[0-9]+'), lambda part: try_cast(part as hugeint)), version) as position
    from core.releases
    where released_at is not null
), stated as (
    select row_number() over (order by f.community, f.position) as number, f.*, case length(f.said_of)
        when 10 then f.said_of::date when 7 then last_day((f.said_of || '-01')::date) else make_date(f.said_of::int, 12, 31) end as until
    from raw.facts f
    join raw.communities using (community)
), named as (
    select s.number, s.version as stated_version, s.day as stated_day, r.released_at
    from stated s
    left join released r on r.community = s.community and s.version in (r.version, r.series)
    where s.topic in ('first-release', 'release') and s.version is not null
    qualify row_number() over (partition by s.number order by r.position nulls last) = 1
), newest as (
    select s.number, s.version as stated_version, r.version, r.series
    from stated s
    join released r on r.community = s.community and r.released_at <= s.until
    where s.topic = 'release' and s.version is not null
    qualify row_number() over (partition by s.number order by r.position desc) = 1
), cadence as (
    select s.number, s.per_year_at_least, s.per_year_at_most, sum(m.value) as lines
    from stated s
    join metrics.monthly m on m.community = s.community and m.metric = 'releases'
        and m.month > if(s.period = '2013', $then, $now)::date - interval 12 months and m.month <= if(s.period = '2013', $then, $now)::date
    where s.topic = 'cadence' and s.per_year_at_least is not null
    group by all
    having count(m.value) = 12
)
select number, 'unknown_version' as code, stated_version as version, null::varchar as series, null::date as stated_day, null::date as held_day,
    null::double as at_least, null::double as at_most, null::double as lines
from named where released_at is null
union all
select number, 'other_day', stated_version, null, stated_day, released_at, null, null, null
from named where stated_day <> released_at
union all
select number, 'other_newest', version, series, null, null, null, null, null
from newest where stated_version is distinct from version and stated_version is distinct from series
union all
select number, 'other_cadence', null, null, null, null, per_year_at_least, per_year_at_most, lines
from cadence where lines not between per_year_at_least and per_year_at_most
order by number, code
