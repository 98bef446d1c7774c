-- One row per account and thing that it shares with other accounts of the community, by the rules under which that may make them one person.
--   community: slug of the community
--   account_key: the account, see core.people
--   rule: address, login, mailmap, name, name in any order, address of a single host, shortened address
--   evidence_key: fingerprint of what the accounts share
--   level: 1 strict, 2 default, 3 lax: rules of a level count at it and above
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
), offered as (
    select community, account_key, 'address' as rule, address_key as evidence_key, 1 as level
    from at_own_address where not role and (domain is not null or quality = 'account') and quality <> 'shortened'
    union all
    select community, account_key, 'login', login_key, 1 from core.accounts
    union all
    select community, account_key, 'mailmap', coalesce(proper_address_key, proper_name_key), 1 from mapped
    union all
    select community, account_key, 'mailmap', address_key, 1
    from at_own_address as o semi join raw.aliases as a on (a.community, proper_address_key) = (o.community, address_key)
    union all
    select community, account_key, 'mailmap', name_key, 1
    from core.accounts semi join (from raw.aliases where proper_address_key is null) as a
        on (a.community, proper_name_key) = (accounts.community, name_key)
    where name_words > 1
    union all
    select community, account_key, 'name', name_key, 2 from under_own_name where name_words > 1
    union all
    select community, account_key, 'name', proper_name_key, 2 from told_apart where proper_name_words > 1
    union all
    select community, account_key, 'name in any order', name_bag_key, 3 from under_own_name
    union all
    select community, account_key, 'address of a single host', address_key, 3
    from core.accounts where not role and domain is null and quality not in ('account', 'shortened', 'list')
    union all
    select community, account_key, 'shortened address', address_key, 3 from core.accounts where quality = 'shortened'
), refused as (
    select community, rule, evidence_key from offered join raw.never_merge as n using (community)
    where evidence_key = n.evidence or account_key in (n.one, n.other)
    group by community, rule, evidence_key, n.evidence, n.one, n.other
    having any_value(evidence_key = n.evidence) or count(distinct account_key) = 2
), shared as (
    select community, rule, evidence_key from offered where evidence_key is not null
    group by all having min(account_key) <> max(account_key)
)
select distinct community, account_key, rule, evidence_key, level
from offered semi join shared using (community, rule, evidence_key) anti join refused using (community, rule, evidence_key)
order by community, rule, evidence_key, account_key
