-- One row per source: why it is looked at, what is held, when it was last seen, and what is still to be asked.
with seen as (
    select community, source, page as unit, seen_at, verdict from raw.visits
    union all
    select community, source, page, seen_at, verdict from raw.units
),
units as (
    select community, source, unit, arg_max(verdict, seen_at) as verdict,
           max(seen_at) filter (verdict in ('ok', 'unchanged', 'empty')) as good_at
    from seen group by all
),
verdicts as (
    select community, source, string_agg(n || ' ' || verdict, ', ' order by n desc, verdict) as latest
    from (select community, source, verdict, count(*) as n from units group by all)
    group by all
),
ages as (
    select community, source, max(good_at) as good_at, min(good_at) as oldest_at,
           arg_min(unit, (good_at, unit)) as oldest_unit
    from units where good_at is not null group by all
),
notes as (
    select community, source, string_agg(distinct note, '; ' order by note) as note
    from (
        select community, source, note from raw.units where page = unit
        union all
        select community, source, arg_max(note, seen_at) from raw.visits group by community, source, page
    )
    where note <> '' group by community, source
),
days as (
    select distinct community, source, sent_at::date as day from core.postings where sent_at is not null
    union
    select distinct community, source, committed_at::date from core.commits where plausible
),
gaps as (
    select community, source, day, day - lag(day) over of_source as gap, max(day) over (partition by community, source) as newest
    from days window of_source as (partition by community, source order by day)
),
paces as (
    select community, source, any_value(newest) as newest, count(gap) as gaps, quantile_disc(gap, 0.95) as usual_days
    from gaps where day > newest - 730 group by all
),
held as (select community, source, count(distinct page) as units from raw.units group by all),
asked as (
    select community, source, count(*) as known_units, count(*) filter (not asked) as waiting_units
    from core.unit_horizons group by all
),
months as (
    select community, source, count(*) filter (state not in ('not_started', 'ended')) as living_months,
           count(*) filter (state = 'pending') as pending_months, max(seen_to) as seen_to
    from core.coverage group by all
)
select s.community, c.name, s.source, s.kind, s.urls, s.since, s.until, s.why, s.continues, s.continued_by,
       s.snapshot, s.releases is not null or s.kind = 'series_status' as tells_releases,
       coalesce(h.units, 0) as units, coalesce(k.known_units, 0) as known_units,
       coalesce(k.waiting_units, 0) as waiting_units, coalesce(m.living_months, 0) as living_months,
       coalesce(m.pending_months, 0) as pending_months, m.seen_to, (select today from raw.build) as today,
       a.good_at, a.oldest_unit, a.oldest_at, v.latest, n.note,
       case when s.until is null and not s.snapshot and p.gaps >= 20
            then (select today from raw.build) - p.newest end as quiet_days, p.usual_days
from raw.sources s
left join raw.communities c using (community)
left join held h using (community, source)
left join asked k using (community, source)
left join months m using (community, source)
left join ages a using (community, source)
left join verdicts v using (community, source)
left join notes n using (community, source)
left join paces p using (community, source)
order by c.name, s.community, s.source
