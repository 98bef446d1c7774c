-- One row per community, set of repositories and period: what was written in it by the author's clock, merges and bots in, as the quarterly series of 2011-2015 counted it.
--   community: slug of the community
--   scope: counted (the repositories of the metrics), or the name of a source that is replay_only, see raw.replay_units
--   period: UTC month or quarter of the author's time, 2013-06 or 2013-Q2
--   commits: distinct hashes
--   names: distinct folded names of their authors
--   domains: distinct public hosts of the addresses of their authors
with landed as (
    select c.* from raw.commits as c anti join core.left_out as o
        on (o.community, o.source, o.unit, o.event_key) = (c.community, c.source, c.unit, c.hash)
), scoped as (
    select community, 'counted' as scope, hash, authored_at, committed_at, seen_at, author_name_key, author_domain from landed
    union all
    select community, replay.source, hash, authored_at, committed_at, seen_at, author_name_key, author_domain
    from (from raw.replay_commits union all by name from landed) join raw.replay_units as replay using (community, unit)
), dated as (
    select community, scope, hash, author_name_key, author_domain,
        unnest([-month(authored_at), quarter(authored_at)]) as part, year(authored_at) as year
    from scoped join raw.communities using (community)
    where authored_at is not null and committed_at between born - interval 5 years and seen_at + interval 1 day
)
select community, scope, if(part < 0, printf('%04d-%02d', year, -part), printf('%04d-Q%d', year, part)) as period,
    count(distinct hash) as commits, count(distinct author_name_key) as names, count(distinct author_domain) as domains
from dated group by community, scope, year, part
order by community, scope, period
