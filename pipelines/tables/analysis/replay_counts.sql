-- One row per community, kind of figure, part and period: our count under the definition of those who published such figures.
--   community: slug of the community
--   kind: what is counted: the metric of raw.history up to its colon
--   part: the list, repository or domain that it is counted of; NULL for the whole community
--   period: month (2013-06) or quarter (2013-Q2)
--   value: our count; of kinds that end in _week the sum over the weeks that begin in the quarter
with said as (
    select community, place, message_key, thread_key, is_reply, p.sent_at, p.sender_key,
        coalesce(p.sender_address_key, p.sender_name_key, p.sender_key) as address
    from core.postings as p join core.thread_members using (community, message_key) where p.sent_at is not null
), lists as (
    select said.*, list_name, strftime(sent_at, '%Y-%m') as month, strftime(sent_at, '%Y-Q') || quarter(sent_at) as quarter,
        date_trunc('week', sent_at)::date as week, strftime(week, '%Y-Q') || quarter(week) as week_quarter
    from said join (select community, source as place, list_name from raw.sources) using (community, place)
), arrived as (
    select community, strftime(min(sent_at), '%Y-%m') as month, count(*) as addresses
    from (select community, address, min(sent_at) as sent_at from said group by all) group by community, strftime(sent_at, '%Y-%m')
), scope as (
    -- A source that is replay_only goes before the repositories of the metrics.
    select community, arg_max(scope, scope <> 'counted') as scope from core.written group by community
), written as (
    from core.written semi join scope using (community, scope)
), pushed as (
    select community, repository, strftime(committed_at, '%Y-Q') || quarter(committed_at) as quarter, author_key, author_domain
    from core.commits where plausible and parents < 2
), released as (
    -- Of months that nobody saw it is our own earlier count; a sum needs every month before it.
    select community, strftime(month, '%Y-%m') as period, coalesce(value, published) as releases,
        case when bool_and(releases is not null) over upto then sum(releases) over upto end as so_far
    from metrics.monthly where metric = 'releases' and state <> 'not_applicable'
    window upto as (partition by community order by month)
), shares as (
    select *, sum(commits) over (partition by community, quarter) as others
    from (
        select community, quarter, regexp_extract(author_domain, '[^.]+[.][^.]+$') as part, count(*) as commits
        from pushed where author_domain is not null group by all
    )
)
select community, 'messages' as kind, null as part, month as period, count(distinct message_key)::double as value from lists group by all
union all
select community, 'threads', null, strftime(started_at, '%Y-%m'), count(*) from core.threads where started_at is not null group by all
union all
select community, 'talk_people', null, month, count(distinct address) from lists group by all
union all
select community, 'active_people_quarter', null, quarter, count(distinct address) from lists group by all
union all
select community, 'new_people', null, month, addresses from arrived
union all
select community, 'population', null, month, sum(addresses) over (partition by community order by month) from arrived
union all
select community, 'postings_quarter', null, quarter, count(distinct (place, message_key)) from lists group by all
union all
select community, 'talk_people_quarter', null, quarter, count(distinct sender_key) from lists group by all
union all
select community, 'thread_starters_quarter', null, strftime(started_at, '%Y-Q') || quarter(started_at), count(distinct starter_key)
from core.threads where started_at is not null group by all
union all
select community, 'postings', list_name, month, count(distinct message_key) from lists where list_name is not null group by all
union all
select community, 'postings_week', list_name, week_quarter, count(distinct message_key) from lists where list_name is not null group by all
union all
select community, 'threads_week', list_name, week_quarter, count(distinct (week, thread_key)) from lists where list_name is not null group by all
union all
select community, 'talk_people_week', list_name, week_quarter, count(distinct (week, sender_key)) from lists where list_name is not null group by all
union all
select community, 'written_commits', null, period, commits from written
union all
select community, 'written_names', null, period, names from written
union all
select community, 'written_domains', null, period, domains from written
union all
select community, 'repository_commits_quarter', repository, quarter, count(*) from pushed group by all
union all
select community, 'repository_people_quarter', repository, quarter, count(distinct author_key) from pushed group by all
union all
select community, 'domain_share', part, quarter, commits / others from shares
union all
select community, 'releases', null, period, releases from released where releases is not null
union all
select community, 'releases_so_far', null, period, so_far from released where so_far is not null
order by all
