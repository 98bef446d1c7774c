-- One row per community and version that came out: a tag that the catalogue calls a release, or a series of releases.
--   community: slug of the community
--   source: name of the source that has it
--   repository: owner/name, of several the one with the best date, then the first in the catalogue; NULL for a series
--   tag: name of the tag; NULL for a series
--   version: the version, for a series its number or, where it has none, its name
--   name: name of the series; NULL for a tag
--   kind: feature (the first version of its line X.Y, or a series) or point (a later one of the same line)
--   released_at: the day, UTC; NULL where there is no readable date
--   dated_by: origin of the date: curated (stated in raw.release_dates), series, tag (annotated) or commit (days or months off)
--   month: first day of its month; NULL where the date is not plausible, by the same rule as in core.commits
--   seen_at: when the harvest that holds it was made, UTC
with found as (
    select t.community, t.source, repository, tag, null as name, tagged_at::date as released_at, dated_by,
        regexp_extract(tag, '^(?:' || releases || ')$', 1) as version, position, seen_at
    from raw.tags as t
    join raw.sources using (community, source)
    join raw.harvests as h on (h.community, h.source, h.unit) = (t.community, t.source, t.repository)
    where version <> '' and not regexp_full_match(tag, '(?:' || array_to_string(not_releases, ')|(?:') || ')')
    union all
    select community, source, null, null, name, initial_release, 'series', coalesce(release_id, name), position, seen_at
    from raw.series where initial_release <= seen_at and status not in ('future', 'development')
), stated as (
    select * replace (coalesce(day, released_at) as released_at, if(day is null, dated_by, 'curated') as dated_by)
    from found left join raw.release_dates using (community, version)
), dated as (
    select *, coalesce(nullif(regexp_extract(version, '^\d+\.\d+'), ''), version) as line,
        released_at between born - interval 5 years and seen_at + interval 1 day as plausible,
        if(plausible, date_trunc('month', released_at)::date, null) as month
    from stated join (select community, born from raw.communities) using (community)
    qualify row_number() over (partition by community, version order by dated_by = 'commit', month nulls last, position, tag) = 1
)
select community, source, repository, tag, version, name,
    if(row_number() over (partition by community, line order by month nulls last, released_at, len(version), version) = 1,
        'feature', 'point') as kind,
    released_at, dated_by, month, seen_at
from dated
order by community, released_at, version
