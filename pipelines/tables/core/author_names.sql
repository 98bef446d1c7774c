-- One row per community and month: distinct names and addresses of authors as they were landed, with those of who opted out, whom core.commits hides and who may share them with others.
--   community: slug of the community
--   month: first day of the month, UTC
--   names: distinct folded names of the authors of counted commits of the month
--   addresses: distinct folded addresses of them
--   names_written: distinct folded names of the authors of all plausible commits that were written in the month
with hidden as (
    select community, account_key from core.identities where opted_out
), landed as (
    select commits.community, commits.source, unit, hash, author_name_key as name_key, author_address_key as address_key
    from raw.commits as commits semi join hidden
        on (hidden.community, hidden.account_key)
        = (commits.community, account_key(author_name_key, author_address_key, author_login_key))
), written as (
    select c.community, c.month, date_trunc('month', c.authored_at)::date as written_month, c.counted,
        if(landed.hash is null, c.author_name_key, landed.name_key) as name_key,
        if(landed.hash is null, c.author_address_key, landed.address_key) as address_key
    from core.commits as c left join landed
        on (landed.community, landed.source, landed.unit, landed.hash) = (c.community, c.source, c.repository, c.hash)
    where c.plausible
), by_month as (
    select community, month, count(distinct name_key) as names, count(distinct address_key) as addresses
    from written where counted group by all
), by_author as (
    select community, written_month as month, count(distinct name_key) as names_written
    from written where written_month is not null group by all
)
select community, month, coalesce(names, 0) as names, coalesce(addresses, 0) as addresses, coalesce(names_written, 0) as names_written
from by_month full join by_author using (community, month)
order by community, month
