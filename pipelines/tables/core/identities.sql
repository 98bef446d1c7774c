-- One row per account of a community, with the person it is held to be of, and what may be shown of it: nothing of who asked to be left out.
--   community: slug of the community
--   account_key: fingerprint of name, address and login together
--   shown_key: the same; opted_out where the person asked to be left out
--   shown_name_key: name_key, or where the person opted out a number in its place, so that names can be counted
--   shown_address_key: address_key, or a number in the same way
--   person_key: the person as counted, by the rules of level default; that of the person's first account, or the random id of who opted out
--   person_strict_key: the same by the rules of level strict alone, without merges by address or name: the most people
--   person_lax_key: the same by the rules of all levels: the fewest people
--   name_key: fingerprint of the folded name; NULL where empty or opted out
--   address_key: fingerprint of the folded address; NULL where empty or opted out
--   login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   landed_name_key: name_key as commits and mail have it, of the build alone
--   landed_address_key: address_key as they have it
--   landed_login_key: login_key as they have it
--   domain: host of the address where it is a public host name; NULL where opted out
--   role: the address is that of a role, which many people share
--   writes: the account authored or committed a commit
--   talks: the account sent a message
--   opted_out: the person asked to be left out (stackrank forget): events stay, who it was does not
with matched as (
    select community, account_key, person, true as listed
    from core.accounts join (select person, unnest(accounts) as account_key from raw.opted_out) using (account_key)
    union all
    select community, account_key, person, false from core.accounts join raw.opted_out using (address_key)
), left_out as (
    select community, person_key, first(person order by not listed, person) as person, bool_or(listed) as listed
    from core.persons join matched using (community, account_key) group by community, person_key
), counted as (
    -- Two people who used one address stay two, although it was forgotten before anybody knew of them.
    select community, person_key,
        person || if(n = 1, '', '-' || n) as hidden_key
    from (select *, row_number() over (partition by community, person order by not listed, person_key) as n from left_out)
), of_hidden as (
    select community, account_key, person_strict_key, person_lax_key, hidden_key from core.persons join counted using (community, person_key)
), hidden as (
    select community, account_key, person_lax_key, hidden_key,
        hidden_key || '.' || dense_rank() over (of_person order by person_strict_key) as hidden_strict_key,
        if(name_key is null, null, hidden_key || '.name-' || dense_rank() over (of_person order by name_key)) as hidden_name_key,
        if(address_key is null, null, hidden_key || '.address-' || dense_rank() over (of_person order by address_key)) as hidden_address_key
    from core.accounts join of_hidden using (community, account_key)
    window of_person as (partition by community, hidden_key)
), lax as (
    select community, person_lax_key, min(hidden_key) as hidden_lax_key from hidden group by all
), judged as (
    select accounts.*, persons.* exclude (community, account_key), hidden.* exclude (community, account_key, person_lax_key),
        hidden_lax_key, hidden_key is not null as opted_out
    from core.accounts as accounts
    join core.persons as persons using (community, account_key)
    left join hidden using (community, account_key)
    left join lax on (lax.community, lax.person_lax_key) = (accounts.community, persons.person_lax_key)
)
select community, account_key,
    if(opted_out, 'opted_out', account_key) as shown_key, coalesce(hidden_key, person_key) as person_key,
    coalesce(hidden_strict_key, person_strict_key) as person_strict_key, coalesce(hidden_lax_key, person_lax_key) as person_lax_key,
    if(opted_out, null, name_key) as name_key, if(quality = 'shortened' or opted_out, null, address_key) as address_key,
    if(opted_out, hidden_name_key, name_key) as shown_name_key,
    case when opted_out then hidden_address_key when quality <> 'shortened' then address_key end as shown_address_key,
    if(opted_out, null, login_key) as login_key, judged.name_key as landed_name_key, judged.address_key as landed_address_key,
    judged.login_key as landed_login_key, if(quality = 'shortened' or opted_out, null, domain) as domain,
    role, writes, talks, opted_out
from judged
