-- One row per community: how many repositories, and lists and forums of its own, were alive in the window that ends with $as_of.
select c.community, c.name,
       coalesce(sum(len(urls)) filter (kind = 'git'), 0)::bigint as repositories,
       coalesce(sum(len(urls)) filter (kind not in ('git', 'series_status', 'mailmap', 'unreadable')), 0)::bigint as lists
from raw.communities c
left join raw.sources s on s.community = c.community and not s.counts_only and s.copy_of is null
    and coalesce(s.until >= $as_of - interval 11 months, true) and s.since <= last_day($as_of)
group by c.community, c.name
order by c.community
