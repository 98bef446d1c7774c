-- One row per distinct commit hash and community, from the default branches of its repositories.
--   community: slug of the community
--   source: name of the source, within the community, that has the commit
--   repository: owner/name, the first in the catalogue that has the commit
--   hash: the commit's own hash, in hexadecimal
--   authored_at: when the change was written, as its author's clock said, UTC; NULL where git has no readable date
--   authored_offset: the author's offset from UTC, minutes
--   committed_at: when the commit was made, as the committer's clock said, UTC; NULL as above
--   committed_offset: the committer's offset from UTC, minutes
--   plausible: committed_at lies between five years before the community's birth and the day after the visit
--   month: first day of the UTC month in which it counts: that of committed_at; of an import that of authored_at. NULL where not plausible
--   parents: number of parents; 0 first commit, 1 ordinary, 2 or more a merge
--   author_key: the author as counted: a person of core.people
--   author_strict_key: the same by strict rules alone, see core.people
--   author_lax_key: the same by all rules, see core.people
--   author_name_key: fingerprint of the author's folded name; NULL where empty, a number where opted out
--   author_address_key: fingerprint of the author's folded address; NULL where empty, a number where opted out
--   author_login_key: fingerprint of the account name of a no-reply address
--   author_name_words: words in the author's folded name
--   author_domain: host of the author's address where it is a public host name
--   committer_key: the committer, by the same rule as author_key
--   committer_name_key: fingerprint of the committer's folded name
--   committer_address_key: fingerprint of the committer's folded address
--   is_bot: the author is a bot by a reviewed rule
--   bot_rule: id of that rule
--   committer_is_bot: the committer is a bot by a reviewed rule
--   co_authors: number of Co-authored-by trailers
--   revert: the commit undoes another one
--   has_subject: the first line of its message is known; false where that is empty, or an older reader read it
--   twin_of: hash of the commit that counts for the same change; NULL where it is no twin; without a subject it is none
--   imported: belongs to a history that one person recorded in one day, see core.imports
--   counted: enters the metric commits: not a merge, not a bot's, plausible, not a twin; of an import, written in a month that may count
--   seen_at: when the harvest that holds the commit was made, UTC
with landed as not materialized (
    select c.* from raw.commits as c anti join core.left_out as o
        on (o.community, o.source, o.unit, o.event_key) = (c.community, c.source, c.unit, c.hash)
), numbered as materialized (
    -- What finds the few rows that are looked at closely; hashes of texts may collide, so nothing is decided here.
    select hash(community, hash) as number,
        if(parents < 2 and author_bot_rule is null and authored_at is not null and subject_key is not null,
            hash(community, author_name_key, author_address_key, author_login_key, authored_at, subject_key), null) as change
    from landed
), again as materialized (
    select number from numbered group by number having count(*) > 1
), held as materialized (
    select community, hash, position, count(*) as times
    from landed as commits semi join again on hash(community, hash) = number group by community, hash, position
), places as materialized (
    select held.*, first from held join (select community, hash, min(position) as first from held group by all) using (community, hash)
), twice as materialized (
    -- No repository has a hash twice. A file that was made by another program may.
    from places where position = first and times > 1
), once as not materialized (
    select commits.* from landed as commits
    anti join (from places where position > first or times > 1) using (community, hash, position)
    union all
    select commits.* from landed as commits semi join twice using (community, hash, position)
    qualify row_number() over (partition by community, hash
        order by committed_at, authored_at, author_name_key, author_address_key, subject_key) = 1
), named as not materialized (
    select once.*, born,
        coalesce(committed_at between born - interval 5 years and seen_at + interval 1 day, false) as plausible,
        parents < 2 and author_bot_rule is null and plausible as countable,
        countable and committer_bot_rule is null and not coalesce(committer_role, false) as records
    from once join raw.communities using (community)
), written as not materialized (
    -- Raw accounts, before people are merged: a merge of accounts never hides a commit.
    select community, hash, committed_at, author_name_key, author_address_key, author_login_key, authored_at, subject_key,
        hash(community, author_name_key, author_address_key, author_login_key, authored_at, subject_key) as change
    from named
    where countable and coalesce(author_name_key, author_address_key, author_login_key) is not null
        and authored_at is not null and subject_key is not null
), repeated as materialized (
    select change from numbered where change is not null group by change having min(number) <> max(number)
), twins as materialized (
    select community, hash, first_value(hash) over (
        partition by community, author_name_key, author_address_key, author_login_key, authored_at, subject_key order by committed_at, hash) as twin_of
    from written semi join repeated using (change)
    qualify hash <> twin_of
), full_days as materialized (
    select community, unit, committed_at::date as day from landed group by all having count(*) >= 100
), recorded as materialized (
    -- Nobody in person records by a bot or at an address that is nobody's own, such as a forge's.
    select named.community, unit, day, committer.person_key as committer_key
    from (select *, committed_at::date as day from named where records) as named semi join full_days using (community, unit, day) anti join twins using (community, hash)
    join core.identities as committer on committer.community = named.community
        and committer.landed_name_key is not distinct from committer_name_key and committer.landed_address_key is not distinct from committer_address_key
        and committer.landed_login_key is not distinct from committer_login_key
    group by all
    having count(*) >= 100 and count(*) filter (authored_at < committed_at - interval 30 days) > count(*) / 2
), dated as not materialized (
    select named.*, len(co_author_name_keys) as co_authors, twin_of, author.person_key as author_key, author.person_strict_key as author_strict_key,
        author.person_lax_key as author_lax_key, committer.person_key as committer_key,
        coalesce(author.opted_out, false) as author_out, coalesce(committer.opted_out, false) as committer_out,
        author.shown_name_key as author_shown_name, author.shown_address_key as author_shown_address,
        committer.shown_name_key as committer_shown_name, committer.shown_address_key as committer_shown_address,
        records and twin_of is null and recorded.day is not null as imported,
        if(plausible, date_trunc('month', committed_at)::date, null) as recorded_month,
        if(authored_at is null, null, least(date_trunc('month', authored_at)::date, recorded_month)) as written_month,
        coalesce(written_month >= greatest(recorded_month - interval 36 months, date_trunc('month', born)), false) as may_move
    from named
    left join twins on twins.community = named.community and twins.hash = named.hash
    left join core.identities as author on author.community = named.community
        and author.landed_name_key is not distinct from author_name_key and author.landed_address_key is not distinct from author_address_key
        and author.landed_login_key is not distinct from author_login_key
    left join core.identities as committer on committer.community = named.community
        and committer.landed_name_key is not distinct from committer_name_key and committer.landed_address_key is not distinct from committer_address_key
        and committer.landed_login_key is not distinct from committer_login_key
    left join recorded on recorded.community = named.community and recorded.unit = named.unit
        and recorded.day = committed_at::date and recorded.committer_key = committer.person_key
)
select community, source, unit as repository, hash,
    authored_at, authored_offset, committed_at, committed_offset, plausible,
    if(imported and may_move, written_month, recorded_month) as month,
    parents, author_key, author_strict_key, author_lax_key,
    if(author_out, author_shown_name, author_name_key) as author_name_key,
    if(author_out, author_shown_address, author_address_key) as author_address_key,
    if(author_out, null, author_login_key) as author_login_key, author_name_words,
    if(author_out, null, author_domain) as author_domain,
    committer_key, if(committer_out, committer_shown_name, committer_name_key) as committer_name_key,
    if(committer_out, committer_shown_address, committer_address_key) as committer_address_key,
    author_bot_rule is not null as is_bot, author_bot_rule as bot_rule,
    committer_bot_rule is not null as committer_is_bot,
    co_authors, revert,
    subject_key is not null as has_subject, twin_of, imported, countable and twin_of is null and (may_move or not imported) as counted,
    seen_at
from dated
