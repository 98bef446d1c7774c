-- One row per account of a community, with the person it is held to be of, and what may be shown of it: nothing of who asked to be left out.
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
with left_out as (
    select distinct community, person_key, true as out
    from core.persons join core.accounts using (community, account_key) semi join raw.withheld using (address_key)
), judged as (
    select *, coalesce(out, false) as withheld
    from core.accounts join core.persons using (community, account_key) left join left_out using (community, person_key)
)
select community, account_key as own_key,
    if(withheld, 'withheld', account_key) as account_key, if(withheld, 'withheld', person_key) as person_key,
    if(withheld, 'withheld', person_strict_key) as person_strict_key, if(withheld, 'withheld', person_lax_key) as person_lax_key,
    if(withheld, null, name_key) as name_key, if(quality = 'shortened' or withheld, null, address_key) as address_key,
    if(withheld, null, login_key) as login_key, if(quality = 'shortened' or withheld, null, domain) as domain,
    role, writes, talks, withheld
from judged
order by community, own_key
