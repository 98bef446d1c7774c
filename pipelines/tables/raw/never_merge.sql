-- One row per merge of accounts that a person has declared wrong.
--   community: slug of the community
--   key_id: name of the pseudonym key under which the fingerprints hold
--   evidence: what merges nobody any more (core.identity_ledger); NULL where accounts are named
--   one: an account: what it shares with the other one merges nobody any more
--   other: the other account
--   why: why the merge is wrong
--   decided: when that was decided
create table raw.never_merge (
    community varchar,
    key_id varchar,
    evidence varchar,
    one varchar,
    other varchar,
    why varchar,
    decided date
)
