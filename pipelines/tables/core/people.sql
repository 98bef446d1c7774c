-- One row per account of a community, with the person it is held to be of: accounts that share what core.identity_ledger says are one person, directly or over others.
--   community: slug of the community
--   account_key: fingerprint of name, address and login together; opted_out where the person asked to be left out
--   person_key: the person as counted, by the rules of level default; that of the person's first account, or the random id of who opted out
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
select community, shown_key as account_key, person_key, person_strict_key, person_lax_key, name_key, address_key, login_key, domain, role,
    writes, talks, opted_out
from core.identities
order by community, person_key, account_key
