-- One row per community, source, measure, subject and day: a dated count, stated by the source, or published by others.
--   community: slug of the community
--   source: name of the source; NULL for a figure that others published
--   measure: what was counted, see raw.measures
--   subject: of what: a repository, a team; empty for the community
--   day: the day for which it holds; of a figure that was published for a month its last day
--   month: first day of that day's month
--   value: the count
--   basis: stated (by the source, of the day itself), restated (what today's register says of an earlier day: whoever left since is missing), published (by others, see raw.history)
--   version: version of the software whose definition it is; NULL where the source does not say
--   definition: what was counted, in a sentence: the measure's, or that of who published it
--   url: where it stands
--   seen_at: when it was asked, UTC; NULL for a published figure
with asked as (
    select community, source, measure, subject, "day", value, basis, version, url, seen_at, position
    from raw.counts
    -- What was said first stays: a later answer about an earlier day knows less of it.
    qualify row_number() over (partition by community, source, measure, subject, "day" order by basis = 'restated', seen_at, position) = 1
), names as (
    select measure, metric, definition from raw.measure_names
    union all
    select measure, measure, null from raw.measures
), published as (
    select h.community, n.measure, h.value, h.definition, h.source as url,
        case when length(period) = 10 then period::date
            when month is not null then last_day(month) end as "day"
    from raw.history as h join names as n on n.metric = h.metric and coalesce(n.definition, h.definition) = h.definition
)
select community, source, measure, subject, "day", date_trunc('month', "day")::date as month, value, basis, version,
    definition, url, seen_at
from asked join raw.measures using (measure)
union all
select community, null, measure, '', "day", date_trunc('month', "day")::date, value::bigint, 'published', null,
    definition, url, null
from published where "day" is not null
order by all
