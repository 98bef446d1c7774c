-- One row per hypervisor of the table that compares platforms.
--   position: place in data/rules/hypervisors.toml, from 0
--   name: name of the hypervisor
--   begins: how values of raw.facts that mean it begin
create table raw.hypervisors (
    position integer,
    name varchar,
    begins varchar[]
)
