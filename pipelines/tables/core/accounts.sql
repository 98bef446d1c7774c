-- One row per account of a community: a name and an address, as commits and mail have them together.
--   account: number of the account, from 0, in the order of community and account_key, which is that of the rows
--   community: slug of the community
--   account_key: fingerprint of name, address and login together
--   name_key: fingerprint of the folded name; NULL where empty
--   name_words: words in the folded name
--   name_bag_key: fingerprint of the words of the name in one order, without initials; NULL where fewer than two remain
--   address_key: fingerprint of the folded address; NULL where empty
--   login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   domain: host of the address where it is a public host name
--   quality: how the address stands there: given, obfuscated, account (of a forum), shortened, list, missing
--   role: the address is nobody's own: a role's, a list's, a program's or a manual's, by any reader that met it
--   events: commits that it authored, or that it committed for others, and messages that it sent
--   writes: it authored or committed a commit
--   talks: it sent a message
with authors as (
    select community, author_name_key as name_key, author_name_words as name_words, author_name_bag_key as name_bag_key,
        author_address_key as address_key, author_login_key as login_key, author_domain as domain, author_role as role,
        count(*) as events
    from raw.commits group by all
), committers as (
    select community, committer_name_key as name_key, committer_name_words as name_words,
        committer_name_bag_key as name_bag_key, committer_address_key as address_key, committer_login_key as login_key,
        committer_domain as domain, committer_role as role,
        count(*) filter (committer_name_key is distinct from author_name_key
            or committer_address_key is distinct from author_address_key) as events
    from raw.commits group by all
), senders as (
    select community, sender_name_key as name_key, sender_name_words as name_words,
        sender_name_bag_key as name_bag_key, sender_address_key as address_key, sender_login_key as login_key,
        sender_domain as domain, sender_role as role, count(*) as events, sender_quality as quality
    from raw.messages where quarantine is null group by all
), seen as (
    select *, 'given' as quality, true as writes, false as talks from authors
    union all
    select *, 'given', true, false from committers
    union all
    select *, false, true from senders
), accounts as (
    select community, account_key(name_key, address_key, login_key) as account_key, any_value(name_key) as name_key,
        max(coalesce(name_words, 0)) as name_words, any_value(name_bag_key) as name_bag_key, any_value(address_key) as address_key,
        any_value(login_key) as login_key, any_value(domain) as domain, min(quality) as quality,
        coalesce(bool_or(bool_or(role)) over (partition by community, any_value(address_key)), false) and any_value(address_key) is not null as role,
        sum(events)::bigint as events, bool_or(writes) as writes, bool_or(talks) as talks
    from seen where coalesce(name_key, address_key, login_key) is not null
    group by community, account_key(name_key, address_key, login_key)
    order by community, account_key
)
select (row_number() over () - 1)::int as account, * from accounts
