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
), dated as materialized (
    -- Only their number counts, so hashes stand for texts.
    select community, scope, year(authored_at) as year, month(authored_at) as month, hash(hash) as number,
        if(author_name_key is null, null, hash(author_name_key)) as author,
        if(author_domain is null, null, hash(author_domain)) as host
    from scoped join raw.communities using (community)
    where authored_at is not null and committed_at between born - interval 5 years and seen_at + interval 1 day
), numbers as materialized (
    select distinct community, scope, year, month, number from dated
), counted as (
    select community, scope, year, -month as part, count(*) as commits from numbers group by all
    union all
    select community, scope, year, (month + 2) // 3, count(distinct number) from numbers group by all
), authors as (
    select community, scope, year, unnest([-month, (month + 2) // 3]) as part, author, host
    from (select distinct community, scope, year, month, author, host from dated)
), named as (
    select community, scope, year, part, count(distinct author) as names, count(distinct host) as domains from authors group by all
)
select community, scope, if(part < 0, printf('%04d-%02d', year, -part), printf('%04d-Q%d', year, part)) as period,
    commits, names, domains
from counted join named using (community, scope, year, part)
order by community, scope, period
