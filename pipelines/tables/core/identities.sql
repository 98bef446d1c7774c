-- One row per account of a community, with the person it is held to be of, and what may be shown of it: nothing of who asked to be left out.
--   community: slug of the community
--   account_key: fingerprint of name, address and login together
--   shown_key: the same; opted_out where the person asked to be left out
--   person_key: the person as counted, by the rules of level default; that of the person's first account
--   person_strict_key: the same by the rules of level strict alone, without merges by address or name: the most people
--   person_lax_key: the same by the rules of all levels: the fewest people
--   name_key: fingerprint of the folded name; NULL where empty or opted out
--   address_key: fingerprint of the folded address; NULL where empty or opted out
--   login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   domain: host of the address where it is a public host name; NULL where opted out
--   role: the address is that of a role, which many people share
--   writes: the account authored or committed a commit
--   talks: the account sent a message
--   opted_out: the person asked to be left out (stackrank forget): events stay, who it was does not
with left_out as (
    select distinct community, person_key, true as out
    from core.persons join core.accounts using (community, account_key) semi join raw.opted_out using (address_key)
), judged as (
    select *, coalesce(out, false) as opted_out
    from core.accounts join core.persons using (community, account_key) left join left_out using (community, person_key)
)
select community, account_key,
    if(opted_out, 'opted_out', account_key) as shown_key, if(opted_out, 'opted_out', person_key) as person_key,
    if(opted_out, 'opted_out', person_strict_key) as person_strict_key, if(opted_out, 'opted_out', person_lax_key) as person_lax_key,
    if(opted_out, null, name_key) as name_key, if(quality = 'shortened' or opted_out, null, address_key) as address_key,
    if(opted_out, null, login_key) as login_key, if(quality = 'shortened' or opted_out, null, domain) as domain,
    role, writes, talks, opted_out
from judged
order by community, account_key
