-- One row per fingerprint that an account of somebody has who opted out: nothing else in the database may show it.
--   community: slug of the community
--   evidence_key: fingerprint of the account, or of its name, address or login
with hidden as (
    select accounts.* from core.accounts semi join (from core.identities where opted_out) using (community, account_key)
)
select distinct community, unnest([account_key, name_key, name_bag_key, address_key, login_key]) as evidence_key
from hidden
order by community, evidence_key
