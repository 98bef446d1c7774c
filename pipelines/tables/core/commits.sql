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
--   month: first day of the UTC month of committed_at; NULL where that is not plausible
--   parents: number of parents; 0 first commit, 1 ordinary, 2 or more a merge
--   author_key: the author as counted: a person of core.people
--   author_strict_key: the same by strict rules alone, see core.people
--   author_lax_key: the same by all rules, see core.people
--   author_name_key: fingerprint of the author's folded name; NULL where empty or opted out
--   author_address_key: fingerprint of the author's folded address; NULL where empty or opted out
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
--   counted: enters the metric commits: not a merge, not a bot's, plausible
--   seen_at: when the harvest that holds the commit was made, UTC
with named as (
    select *,
        account_key(author_name_key, author_address_key, author_login_key) as author_account,
        account_key(committer_name_key, committer_address_key, committer_login_key) as committer_account,
        coalesce(committed_at between born - interval 5 years and seen_at + interval 1 day, false) as plausible
    from raw.commits
    join raw.communities using (community)
    qualify row_number() over (partition by community, hash order by position) = 1
), known as (
    select named.*, author.person_key as author_key, author.person_strict_key as author_strict_key,
        author.person_lax_key as author_lax_key, committer.person_key as committer_key,
        coalesce(author.opted_out, false) as author_out, coalesce(committer.opted_out, false) as committer_out
    from named
    left join core.identities as author on (author.community, author.account_key) = (named.community, author_account)
    left join core.identities as committer on (committer.community, committer.account_key) = (named.community, committer_account)
)
select community, source, unit as repository, hash,
    authored_at, authored_offset, committed_at, committed_offset, plausible,
    if(plausible, date_trunc('month', committed_at)::date, null) as month,
    parents, author_key, author_strict_key, author_lax_key,
    if(author_out, null, author_name_key) as author_name_key, if(author_out, null, author_address_key) as author_address_key,
    if(author_out, null, author_login_key) as author_login_key, author_name_words,
    if(author_out, null, author_domain) as author_domain,
    committer_key, if(committer_out, null, committer_name_key) as committer_name_key,
    if(committer_out, null, committer_address_key) as committer_address_key,
    author_bot_rule is not null as is_bot, author_bot_rule as bot_rule,
    committer_bot_rule is not null as committer_is_bot,
    len(co_author_name_keys) as co_authors, revert,
    parents < 2 and author_bot_rule is null and plausible as counted,
    seen_at
from known
order by community, committed_at, hash
