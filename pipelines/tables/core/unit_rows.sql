-- One row per unit whose file has commits, messages or lines of a .mailmap: how many rows it has, and of which time.
--   community: slug of the community
--   source: name of the source
--   unit: the file that has them
--   loaded: rows
--   newest_at: the newest commit or message that is not dated after the harvest, UTC; NULL where there is none
--   messages: messages; NULL where the unit has none by its kind
--   quarantined: parts that are no message; NULL as above
--   other_month: messages that were sent in another month than the unit's, UTC; NULL as above, 0 where the unit is no month
--   first_at: of posts of a forum: nine tenths are younger than this, UTC; NULL of other units
--   last_at: of posts of a forum: nine tenths are older than this, UTC; NULL of other units
select community, source, unit, count(*) as loaded, max(committed_at) filter (committed_at <= seen_at) as newest_at,
    null::bigint as messages, null::bigint as quarantined, null::bigint as other_month,
    null::timestamp as first_at, null::timestamp as last_at
from raw.commits group by all
union all
select community, source, unit, count(*), max(sent_at) filter (sent_at <= seen_at),
    count(*) filter (quarantine is null), count(*) filter (quarantine is not null),
    count(*) filter (quarantine is null
        and date_trunc('month', sent_at)::date <> try_strptime(unit || '-01', '%Y-%m-%d')::date),
    quantile_disc(if(starts_with(unit, 'posts-'), sent_at, null), 0.1),
    quantile_disc(if(starts_with(unit, 'posts-'), sent_at, null), 0.9)
from raw.messages group by all
union all
select community, source, unit, count(*), null, null, null, null, null, null from raw.aliases group by all
union all
select community, source, unit, count(*), null, null, null, null, null, null from raw.replay_commits group by all
order by community, source, unit
