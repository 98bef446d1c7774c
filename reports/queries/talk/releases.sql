-- One row per community and period: the newest release at the end of the month $then, and the newest one today.
-- The row without a period has the first release. The columns are NULL where there was no release.
with released as (
    select community, version, name as series, released_at, dated_by, row_number() over (partition by community order by
        released_at, list_transform(regexp_extract_all(version, '[0-9]+'), lambda part: try_cast(part as hugeint)), version) as position
    from core.releases
    where released_at is not null
)
select c.community, p.period, r.version, r.series, r.released_at, r.dated_by
from raw.communities c
cross join (values ('2013', last_day($then::date)), ('today', date 'infinity'), (null, date 'infinity')) as p(period, until)
left join released r on r.community = c.community and r.released_at <= p.until
qualify row_number() over (partition by c.community, p.period order by if(p.period is null, r.position, -r.position) nulls last) = 1
order by c.community, p.period nulls first
