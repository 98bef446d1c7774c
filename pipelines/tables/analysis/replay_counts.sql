-- One row per community, kind of figure, part and period: our count under the definition of those who published such figures. Mail, threads and single repositories are counted only where somebody published a figure of the community.
--   community: slug of the community
--   kind: what is counted: the metric of raw.history up to its colon
--   part: the list, repository or domain that it is counted of; NULL for the whole community
--   period: month (2013-06) or quarter (2013-Q2)
--   value: our count; of kinds that end in _week the sum over the weeks that begin in the quarter
with compared as (
    select distinct community from raw.history
), said as (
    -- Only their number counts, so hashes stand for texts.
    select community, place, hash(message_key) as message, hash(thread_key) as thread, sent_at,
        if(sender_key is null, null, hash(sender_key)) as sender,
        case when address is not null then hash(address) end as address
    from (select *, coalesce(sender_address_key, sender_name_key, sender_key) as address from core.postings)
    join core.thread_members using (community, message_key) semi join compared using (community) where sent_at is not null
), lists as (
    select said.*, list_name, date_trunc('month', sent_at)::date as month, date_trunc('quarter', sent_at)::date as quarter,
        date_trunc('week', sent_at)::date as week, date_trunc('quarter', week)::date as week_quarter
    from said join (select community, source as place, list_name from raw.sources where shown_only is not true) using (community, place)
), weeks as (
    select community, list_name, week_quarter, count(distinct thread) as threads, count(distinct sender) as people
    from lists where list_name is not null group by community, list_name, week_quarter, week
), arrived as (
    select community, date_trunc('month', first_at)::date as month, count(*) as addresses
    from (select community, address, min(sent_at) as first_at from said group by all) group by all
), scope as (
    -- A source that is replay_only goes before the repositories of the metrics.
    select community, arg_max(scope, scope <> 'counted') as scope from core.written group by community
), written as (
    from core.written semi join scope using (community, scope)
), pushed as (
    select community, repository, date_trunc('quarter', committed_at)::date as quarter, author_key, author_domain
    from core.commits semi join compared using (community) where plausible and parents < 2
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
), of_months as (
    select community, 'messages' as kind, null as part, month, count(distinct message)::double as value from lists group by all
    union all
    select community, 'threads', null, date_trunc('month', started_at)::date, count(*) from core.threads where started_at is not null group by all
    union all
    select community, 'talk_people', null, month, count(distinct address) from lists group by all
    union all
    select community, 'new_people', null, month, addresses from arrived
    union all
    select community, 'population', null, month, sum(addresses) over (partition by community order by month) from arrived
    union all
    select community, 'postings', list_name, month, count(distinct message) from lists where list_name is not null group by all
), of_quarters as (
    select community, 'active_people_quarter' as kind, null as part, quarter, count(distinct address)::double as value from lists group by all
    union all
    select community, 'postings_quarter', null, quarter, count(distinct (place, message)) from lists group by all
    union all
    select community, 'talk_people_quarter', null, quarter, count(distinct sender) from lists group by all
    union all
    select community, 'thread_starters_quarter', null, date_trunc('quarter', started_at)::date, count(distinct starter_key)
    from core.threads where started_at is not null group by all
    union all
    select community, 'postings_week', list_name, week_quarter, count(distinct message) from lists where list_name is not null group by all
    union all
    select community, 'threads_week', list_name, week_quarter, sum(threads) from weeks group by all
    union all
    select community, 'talk_people_week', list_name, week_quarter, sum(people) from weeks group by all
    union all
    select community, 'repository_commits_quarter', repository, quarter, count(*) from pushed group by all
    union all
    select community, 'repository_people_quarter', repository, quarter, count(distinct author_key) from pushed group by all
    union all
    select community, 'domain_share', part, quarter, commits / others from shares
)
select community, kind, part, strftime(month, '%Y-%m') as period, value from of_months
union all
select community, kind, part, strftime(quarter, '%Y-Q') || quarter(quarter), value from of_quarters
union all
select community, 'written_commits', null, period, commits from written
union all
select community, 'written_names', null, period, names from written
union all
select community, 'written_domains', null, period, domains from written
union all
select community, 'releases', null, period, releases from released where releases is not null
union all
select community, 'releases_so_far', null, period, so_far from released where so_far is not null
order by all
