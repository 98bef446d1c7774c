-- One row per account and thing that it shares with other accounts of the community, by the rules under which that may make them one person.
--   community: slug of the community
--   account_key: the account, see core.people
--   rule: address, address and name, names at two addresses, login, mailmap, name, name in any order, address of a single host, shortened address, opted out
--   evidence_key: fingerprint of what the accounts share
--   level: 1 strict (somebody says so: a forge, a forum, a .mailmap), 2 default, 3 lax: rules of a level count at it and above
with mapped as (
    select community, unit, account_key, name_key, address_key, proper_name_key, proper_name_words, proper_address_key, commit_name_key
    from core.accounts join raw.aliases using (community)
    where address_key = commit_address_key and (commit_name_key is null or name_key = commit_name_key)
    qualify row_number() over (partition by community, unit, account_key order by commit_name_key is null) = 1
), of_another as (
    select community, account_key from mapped where commit_name_key is not null and proper_address_key <> address_key
), at_own_address as (
    select * from core.accounts anti join of_another using (community, account_key)
), split_names as (
    select community, unit, name_key from mapped group by all having count(distinct proper_name_key) > 1
), told_apart as (
    select * from mapped semi join split_names using (community, unit, name_key)
), under_own_name as (
    select * from core.accounts anti join told_apart using (community, account_key)
), limits(owned, most_of_others) as (
    -- Of the addresses with two full names in the eleven histories, those of two people had one of the names five times or less:
    -- a commit with the settings of a colleague. A name with a tenth of the events is in use.
    values (0.9, 5)
), named as (
    -- As a .mailmap spells the name, where it says one; in any order of its words.
    select accounts.*, coalesce(in_order.name_bag_key, proper_name_key, accounts.name_bag_key, accounts.name_key) as spelling,
        proper_name_key is not null or name_words > 1 and accounts.name_key is not null as is_full
    from core.accounts as accounts
    left join (
        select community, account_key, min(proper_name_key) as proper_name_key
        from mapped where proper_name_words > 1 group by all having min(proper_name_key) = max(proper_name_key)
    ) as proper using (community, account_key)
    left join (
        -- Of rows DuckDB holds NULL to equal NULL.
        select community, name_key, min(name_bag_key) as name_bag_key
        from core.accounts semi join (select community, proper_name_key as name_key from mapped) using (community, name_key)
        where name_key is not null group by all
    ) as in_order on (in_order.community, in_order.name_key) = (accounts.community, proper_name_key)
), full_names as not materialized (
    select *, hash(community, address_key) as place from named anti join of_another using (community, account_key)
    where is_full and not role and quality <> 'account' and address_key is not null
), places_of_several as materialized (
    -- Most addresses have one name; which ones have several is found by numbers.
    select place from full_names group by place having min(hash(spelling)) <> max(hash(spelling))
), names_of_addresses as materialized (
    select community, address_key, spelling, sum(events) as events, bool_and(domain is not null and quality <> 'shortened') as is_public
    from full_names semi join places_of_several using (place) group by all
), of_several_names as (
    select community, address_key, max(events) >= any_value(owned) * sum(events)
        and sum(events) - max(events) <= any_value(most_of_others) as has_owner
    from names_of_addresses cross join limits group by all having count(*) > 1
), pairs as (
    -- Two people who once swapped their settings are told apart: each has nearly all of an address.
    select community, one.spelling as one, other.spelling as other
    from names_of_addresses as one join names_of_addresses as other using (community, address_key)
    where one.spelling < other.spelling and one.is_public and other.is_public
    group by all
    having count(*) > 1 and not (bool_or(one.events >= 9 * other.events) and bool_or(other.events >= 9 * one.events))
), addressed as (
    select named.*, has_owner is not null as is_shared, coalesce(has_owner, false) as has_owner,
        case when quality = 'shortened' then 'shortened address'
            when domain is not null or quality = 'account' then 'address'
            when quality <> 'list' then 'address of a single host' end as rule
    from named anti join of_another using (community, account_key) left join of_several_names using (community, address_key)
    where not role and address_key is not null
), proper_addresses as (
    select community, account_key, proper_address_key as address_key from mapped where proper_address_key is not null
    union
    select community, account_key, address_key
    from at_own_address as o semi join raw.aliases as a on (a.community, proper_address_key) = (o.community, address_key)
), stated as (
    select community, account_key, 'mailmap' as rule, proper_name_key as evidence_key, 1 as level from mapped where proper_address_key is null
    union all
    select community, account_key, 'mailmap', if(has_owner is null, p.address_key, md5(p.address_key || spelling)), 1
    from proper_addresses as p join named using (community, account_key)
    left join of_several_names as s on (s.community, s.address_key) = (p.community, p.address_key)
    where has_owner is null or is_full
    union all
    select community, account_key, 'mailmap', name_key, 1
    from core.accounts semi join (from raw.aliases where proper_address_key is null) as a
        on (a.community, proper_name_key) = (accounts.community, name_key)
    where name_words > 1
    union all
    select community, account_key, 'name', proper_name_key, 2 from told_apart where proper_name_words > 1
    union all
    select community, account_key, 'opted out', person, 2
    from core.accounts join (select person, unnest(accounts) as account_key from raw.opted_out) using (account_key)
), offered as (
    -- Of these selects none has a row twice.
    select community, account_key, rule, address_key as evidence_key,
        case when rule <> 'address' or is_shared then 3 when quality = 'account' then 1 else 2 end as level
    from addressed where rule is not null and (has_owner or not is_shared)
    union all
    select community, account_key, 'address and name', md5(address_key || spelling), if(rule = 'address', 2, 3)
    from addressed where rule is not null and is_shared and is_full
    union all
    select community, account_key, 'names at two addresses', md5(one || other), 2
    from addressed join pairs using (community) where is_shared and is_full and spelling in (one, other) and rule = 'address'
    union all
    select community, account_key, 'login', login_key, 1 from core.accounts
    union all
    select community, account_key, 'name', name_key, 2 from under_own_name where name_words > 1
    union all
    select community, account_key, 'name in any order', name_bag_key, 3 from under_own_name
    union all
    select distinct * from stated
), numbered as (
    select *, hash(community, rule, evidence_key) as number from offered where evidence_key is not null
), refused as (
    select number from numbered join raw.never_merge as n using (community)
    where evidence_key = n.evidence or account_key in (n.one, n.other)
    group by number, n.evidence, n.one, n.other
    having any_value(evidence_key = n.evidence) or count(distinct account_key) = 2
), shared as (
    select number from numbered group by number having min(hash(account_key)) <> max(hash(account_key))
)
select community, account_key, rule, evidence_key, level
from numbered semi join shared using (number) anti join refused using (number)
