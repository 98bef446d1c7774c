-- One row per account of a person who asked to be left out, and per other account that lax rules hold to be of such a person.
--   account: number of the account, see core.accounts
--   hidden_key: the random id of who opted out, in the place of person_key; NULL where only lax rules say so
--   hidden_strict_key: the same in the place of person_strict_key
--   hidden_lax_key: the same in the place of person_lax_key
--   hidden_name_key: a number in the place of name_key; NULL where that is empty
--   hidden_address_key: a number in the place of address_key; NULL where that is empty
with held as not materialized (
    select accounts.*, coalesce(person_key, account_key) as person_key, coalesce(person_strict_key, account_key) as person_strict_key,
        coalesce(person_lax_key, account_key) as person_lax_key
    from core.accounts positional join core.persons
), matched as (
    select account, person, true as listed
    from core.accounts join (select person, unnest(accounts) as account_key from raw.opted_out) using (account_key)
    union all
    select account, person, false from core.accounts join raw.opted_out using (address_key)
), left_out as (
    select community, person_key, first(person order by not listed, person) as person, bool_or(listed) as listed
    from held join matched using (account) group by community, person_key
), counted as (
    -- Two people who used one address stay two, although it was forgotten before anybody knew of them.
    select community, person_key,
        person || if(n = 1, '', '-' || n) as hidden_key
    from (select *, row_number() over (partition by community, person order by not listed, person_key) as n from left_out)
), hidden as (
    select account, community, person_lax_key, hidden_key,
        hidden_key || '.' || dense_rank() over (of_person order by person_strict_key) as hidden_strict_key,
        if(name_key is null, null, hidden_key || '.name-' || dense_rank() over (of_person order by name_key)) as hidden_name_key,
        if(address_key is null, null, hidden_key || '.address-' || dense_rank() over (of_person order by address_key)) as hidden_address_key
    from held join counted using (community, person_key)
    window of_person as (partition by community, hidden_key)
), lax as (
    select community, person_lax_key, min(hidden_key) as hidden_lax_key from hidden group by all
)
select account, hidden_key, hidden_strict_key, hidden_lax_key, hidden_name_key, hidden_address_key
from held join lax using (community, person_lax_key) left join hidden using (account)
order by account
