-- One row per merge: an account, and the thing that it shares with other accounts of the community by a rule. People follow from these rows alone, so that a row less undoes a merge; data/never-merge.toml takes rows out for good. Nothing that somebody has who opted out stands here.
--   community: slug of the community
--   person_key: the person of the account, see core.people
--   account_key: the account
--   rule: address, address and name (of an address under several full names), names at two addresses, login, mailmap, name (of two words or more), name in any order, address of a single host, shortened address
--   evidence_key: fingerprint of what the accounts share
--   level: strict (a forge, a forum or a .mailmap says so), default or lax: who is counted follows strict and default rules; lax ones say how few they could be
--   accounts: accounts that share it
with linked as not materialized (
    select links.account, community, rule::varchar as rule, level,
        case when evidence_key is not null then evidence_key when rule = 'login' then login_key when rule = 'name' then name_key
            when rule = 'name in any order' then name_bag_key else address_key end as evidence_key
    from core.links join core.accounts using (account)
), hidden as (
    select distinct community, evidence_key from linked semi join (from core.identities where opted_out) using (account)
)
select linked.community, person_key, shown_key as account_key, rule, evidence_key, ['strict', 'default', 'lax'][level] as level,
    count(*) over (partition by linked.community, rule, evidence_key) as accounts
from linked join core.identities using (account)
anti join hidden on (hidden.community, hidden.evidence_key) = (linked.community, linked.evidence_key)
order by all
