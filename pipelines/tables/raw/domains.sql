-- One row per mail domain that commits or messages carry.
--   domain: the domain
--   organisation: its registrable domain; NULL where it says nothing of one: free mail, forges
create table raw.domains (
    domain varchar,
    organisation varchar
)
