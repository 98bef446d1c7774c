-- One row per account of a community, with the person it is held to be of: accounts that share what raw.links says are one person, directly or over others.
--   community: slug of the community
--   own_key: fingerprint of name, address and login together
--   account_key: the same; withheld where the person asked to be left out
--   person_key: the person as counted, by the rules of level default; that of the person's first account
--   person_strict_key: the same by the rules of level strict alone: the most people
--   person_lax_key: the same by the rules of all levels: the fewest people
--   name_key: fingerprint of the folded name; NULL where empty or withheld
--   address_key: fingerprint of the folded address; NULL where empty or withheld
--   login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   domain: host of the address where it is a public host name; NULL where withheld
--   role: the address is that of a role, which many people share
--   writes: the account authored or committed a commit
--   talks: the account sent a message
--   withheld: the person asked to be left out (stackrank forget): events stay, who it was does not
with recursive ids as (
    select community, account_key, row_number() over (order by community, account_key) as id from raw.accounts
), linked as materialized (
    select level, id as a, hub as b
    from raw.links join ids using (community, account_key)
    join (select community, rule, evidence_key, min(id) as hub from raw.links join ids using (community, account_key) group by all)
        using (community, rule, evidence_key)
), edges as materialized (
    select a, b, min(level) as level
    from (select level, a, b from linked union all select level, b, a from linked) where a <> b group by a, b
), part(level, id, root) using key (level, id) as (
    select upto, a, least(a, min(b)) from edges join (values (1), (2), (3)) as levels(upto) on level <= upto group by upto, a
    union
    select part.level, a, min(part.root)
    from part join edges on b = part.id and edges.level <= part.level
    join recurring.part as known on known.level = part.level and known.id = a
    where part.root < known.root group by part.level, a
), rooted as (
    select id, max(root) filter (level = 1) as strict, max(root) filter (level = 2) as used, max(root) filter (level = 3) as lax
    from part group by id
), chosen as (
    select ids.community, ids.account_key, coalesce(one.account_key, ids.account_key) as strict_key,
        coalesce(two.account_key, ids.account_key) as default_key, coalesce(three.account_key, ids.account_key) as lax_key
    from ids left join rooted using (id)
    left join ids as one on one.id = strict left join ids as two on two.id = used left join ids as three on three.id = lax
), left_out as (
    select distinct community, default_key, true as out
    from chosen join raw.accounts using (community, account_key) semi join raw.withheld using (address_key)
), judged as (
    select *, coalesce(out, false) as withheld
    from raw.accounts join chosen using (community, account_key) left join left_out using (community, default_key)
)
select community, account_key as own_key,
    if(withheld, 'withheld', account_key) as account_key, if(withheld, 'withheld', default_key) as person_key,
    if(withheld, 'withheld', strict_key) as person_strict_key, if(withheld, 'withheld', lax_key) as person_lax_key,
    if(withheld, null, name_key) as name_key, if(quality = 'shortened' or withheld, null, address_key) as address_key,
    if(withheld, null, login_key) as login_key, if(quality = 'shortened' or withheld, null, domain) as domain,
    role, writes, talks, withheld
from judged
order by community, own_key
