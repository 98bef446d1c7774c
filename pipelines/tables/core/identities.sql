-- One row per account of a community, with the person it is held to be of, and what may be shown of it: nothing of who asked to be left out. It is a view: it repeats what core.accounts and core.persons hold, row by row.
--   account: number of the account, see core.accounts
--   community: slug of the community
--   account_key: fingerprint of name, address and login together
--   shown_key: the same; opted_out where the person asked to be left out
--   person_key: the person as counted, by the rules of level default; that of the person's first account, or the random id of who opted out
--   person_strict_key: the same by the rules of level strict alone, without merges by address or name: the most people
--   person_lax_key: the same by the rules of all levels: the fewest people
--   name_key: fingerprint of the folded name; NULL where empty or opted out
--   address_key: fingerprint of the folded address; NULL where empty or opted out
--   shown_name_key: name_key, or where the person opted out a number in its place, so that names can be counted
--   shown_address_key: address_key, or a number in the same way
--   login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   landed_name_key: name_key as commits and mail have it, of the build alone
--   landed_address_key: address_key as they have it
--   landed_login_key: login_key as they have it
--   domain: host of the address where it is a public host name; NULL where opted out
--   role: the address is that of a role, which many people share
--   writes: the account authored or committed a commit
--   talks: the account sent a message
--   opted_out: the person asked to be left out (stackrank forget): events stay, who it was does not
with judged as (
    select held.*, hidden.* exclude (account), hidden_key is not null as opted_out
    from (select accounts.*, persons.* exclude (account) from core.accounts positional join core.persons) as held
    left join core.hidden_accounts as hidden using (account)
)
select account, community, account_key,
    if(opted_out, 'opted_out', account_key) as shown_key, coalesce(hidden_key, person_key, account_key) as person_key,
    coalesce(hidden_strict_key, person_strict_key, account_key) as person_strict_key, coalesce(hidden_lax_key, person_lax_key, account_key) as person_lax_key,
    if(opted_out, null, name_key) as name_key, if(quality = 'shortened' or opted_out, null, address_key) as address_key,
    if(opted_out, hidden_name_key, name_key) as shown_name_key,
    case when opted_out then hidden_address_key when quality <> 'shortened' then address_key end as shown_address_key,
    if(opted_out, null, login_key) as login_key, judged.name_key as landed_name_key, judged.address_key as landed_address_key,
    judged.login_key as landed_login_key, if(quality = 'shortened' or opted_out, null, domain) as domain,
    role, writes, talks, opted_out
from judged
