-- One row per merge: an account, and the thing that it shares with other accounts of the community by a rule. People follow from these rows alone, so that a row less undoes a merge; data/never-merge.toml takes rows out for good. Nothing that somebody has who opted out stands here.
--   community: slug of the community
--   person_key: the person of the account, see core.people
--   account_key: the account
--   rule: address, address and name (of an address under several full names), names at two addresses, login, mailmap, name (of two words or more), name in any order, address of a single host, shortened address
--   evidence_key: fingerprint of what the accounts share
--   level: strict (a forge, a forum or a .mailmap says so), default or lax: who is counted follows strict and default rules; lax ones say how few they could be
--   accounts: accounts that share it
with hidden as (
    select distinct community, evidence_key from core.links join core.identities using (community, account_key) where opted_out
)
select links.community, person_key, shown_key as account_key, rule, evidence_key, ['strict', 'default', 'lax'][level] as level,
    count(*) over (partition by links.community, rule, evidence_key) as accounts
from core.links join core.identities on (identities.community, identities.account_key) = (links.community, links.account_key)
anti join hidden on (hidden.community, hidden.evidence_key) = (links.community, links.evidence_key)
order by all
