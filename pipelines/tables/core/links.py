"""One row per account and thing that it shares with other accounts, by the rules under which that may make them one.

account: number of the account, see core.accounts
first_account: the first account that shares the same by the same rule at the same level; it may be the account itself
rule: address, address and name, address of a single host, login, mailmap, name, name in any order, names at two
    addresses, opted out, shortened address
evidence_key: fingerprint of what the accounts share; NULL where it is the account's own address, login or name, as the
    rule says
level: 1 strict (somebody says so: a forge, a forum, a .mailmap), 2 default, 3 lax: rules of a level count at it and
    above
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.graph import stable_order

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("core.accounts", "raw.aliases", "raw.never_merge", "raw.opted_out")
RULE = """enum('address', 'address and name', 'address of a single host', 'login', 'mailmap', 'name',
    'name in any order', 'names at two addresses', 'opted out', 'shortened address')"""
OFFERS = f"""
with mapped as (
    select account, community, unit, name_key, address_key, proper_name_key, proper_name_words, proper_address_key,
        commit_name_key
    from core.accounts join raw.aliases using (community)
    where address_key = commit_address_key and (commit_name_key is null or name_key = commit_name_key)
    qualify row_number() over (partition by community, unit, account order by commit_name_key is null) = 1
), of_another as (
    select account from mapped where commit_name_key is not null and proper_address_key <> address_key
), at_own_address as (
    select * from core.accounts anti join of_another using (account)
), split_names as (
    select community, unit, name_key from mapped group by all having count(distinct proper_name_key) > 1
), told_apart as (
    select * from mapped semi join split_names using (community, unit, name_key)
), under_own_name as not materialized (
    select * from core.accounts anti join told_apart using (account)
), limits(owned, most_of_others) as (
    -- Of the addresses with two full names in the eleven histories, those of two people had one of the names five
    -- times or less: a commit with the settings of a colleague. A name with a tenth of the events is in use.
    values (0.9, 5)
), named as not materialized (
    -- As a .mailmap spells the name, where it says one; in any order of its words.
    select accounts.*, hash(accounts.community, address_key) as place,
        coalesce(in_order.name_bag_key, proper_name_key, accounts.name_bag_key, accounts.name_key) as spelling,
        proper_name_key is not null or name_words > 1 and accounts.name_key is not null as is_full
    from core.accounts as accounts
    left join (
        select account, min(proper_name_key) as proper_name_key
        from mapped where proper_name_words > 1 group by all having min(proper_name_key) = max(proper_name_key)
    ) as proper using (account)
    left join (
        -- Of rows DuckDB holds NULL to equal NULL.
        select community, name_key, min(name_bag_key) as name_bag_key
        from core.accounts
        semi join (select community, proper_name_key as name_key from mapped) using (community, name_key)
        where name_key is not null group by all
    ) as in_order on (in_order.community, in_order.name_key) = (accounts.community, proper_name_key)
), full_names as not materialized (
    from named anti join of_another using (account)
    where is_full and not role and quality <> 'account' and address_key is not null
), places_of_several as materialized (
    -- Most addresses have one name; which ones have several is found by numbers.
    select place from full_names group by place having min(hash(spelling)) <> max(hash(spelling))
), names_of_addresses as materialized (
    select community, place, spelling, sum(events) as events,
        bool_and(domain is not null and quality <> 'shortened') as is_public
    from full_names semi join places_of_several using (place) group by all
), of_several_names as materialized (
    select place, max(events) >= any_value(owned) * sum(events)
        and sum(events) - max(events) <= any_value(most_of_others) as has_owner
    from names_of_addresses cross join limits group by all having count(*) > 1
), pairs as (
    -- Two people who once swapped their settings are told apart: each has nearly all of an address.
    select community, one.spelling as one, other.spelling as other
    from names_of_addresses as one join names_of_addresses as other using (community, place)
    where one.spelling < other.spelling and one.is_public and other.is_public
    group by all
    having count(*) > 1 and not (bool_or(one.events >= 9 * other.events) and bool_or(other.events >= 9 * one.events))
), paired as (
    select community, unnest([one, other]) as spelling, md5(one || other) as evidence_key from pairs
), addressed as not materialized (
    select named.*, has_owner is not null as is_shared, coalesce(has_owner, false) as has_owner,
        case when quality = 'shortened' then 'shortened address'
            when domain is not null or quality = 'account' then 'address'
            when quality <> 'list' then 'address of a single host' end as rule
    from named anti join of_another using (account) left join of_several_names using (place)
    where not role and address_key is not null
), proper_addresses as (
    select community, account, proper_address_key as address_key from mapped where proper_address_key is not null
    union
    select community, account, address_key
    from at_own_address as o
    semi join raw.aliases as a on (a.community, proper_address_key) = (o.community, address_key)
), stated as (
    select community, account, 'mailmap' as rule, proper_name_key as evidence_key, 1 as level
    from mapped where proper_address_key is null
    union all
    select p.community, account, 'mailmap', if(has_owner is null, p.address_key, md5(p.address_key || spelling)), 1
    from proper_addresses as p join named using (account)
    left join of_several_names as s on s.place = hash(p.community, p.address_key)
    where has_owner is null or is_full
    union all
    select community, account, 'mailmap', name_key, 1
    from core.accounts semi join (from raw.aliases where proper_address_key is null) as a
        on (a.community, proper_name_key) = (accounts.community, name_key)
    where name_words > 1
    union all
    select community, account, 'name', proper_name_key, 2 from told_apart where proper_name_words > 1
    union all
    select community, account, 'opted out', person, 2
    from core.accounts
    join (select person, unnest(accounts) as account_key from raw.opted_out) using (account_key)
), offered as (
    -- Of these selects none has a row twice.
    select community, account, rule, true as is_own, address_key as evidence_key,
        case when rule <> 'address' or is_shared then 3 when quality = 'account' then 1 else 2 end as level
    from addressed where rule is not null and (has_owner or not is_shared)
    union all
    select community, account, 'address and name', false, md5(address_key || spelling), if(rule = 'address', 2, 3)
    from addressed where rule is not null and is_shared and is_full
    union all
    select community, account, 'names at two addresses', false, evidence_key, 2
    from addressed join paired using (community, spelling) where is_shared and is_full and rule = 'address'
    union all
    select community, account, 'login', true, login_key, 1 from core.accounts where login_key is not null
    union all
    select community, account, 'name', true, name_key, 2
    from under_own_name where name_words > 1 and name_key is not null
    union all
    select community, account, 'name in any order', true, name_bag_key, 3
    from under_own_name where name_bag_key is not null
    union all
    select distinct community, account, rule, false, evidence_key, level from stated where evidence_key is not null
)
select account, rule::{RULE} as rule, level::utinyint as level, hash(community, rule, evidence_key) as number,
    if(is_own, null, evidence_key) as evidence_key
from offered
"""
"""What each account could share. The number stands for community, rule and evidence: texts are compared as hashes."""
REFUSED = f"""
with ends as (
    select decision, account
    from (select row_number() over () as decision, community, unnest([one, other]) as account_key from raw.never_merge)
    join core.accounts using (community, account_key)
)
select hash(community, rule, evidence) as number
from raw.never_merge cross join (select unnest(enum_range(null::{RULE}))::varchar as rule)
where evidence is not null
union
select number from offers join ends using (account) group by number, decision having count(distinct account) = 2
"""
"""The numbers that somebody decided against, see data/never-merge.toml."""
NOBODY = np.iinfo(np.int32).max
"""The number of no account."""
SELECT = f"""
select account, first_account, rule::{RULE} as rule, evidence_key, level from computed where first_account < {NOBODY}
"""
LEVELS = (1, 2, 3)
LAST_BITS = np.uint64(62)
"""Numbers are compared a quarter at a time, by the bits above these: so less memory is needed at once."""
Accounts: TypeAlias = npt.NDArray[np.int32]
Levels: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.uint64]


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute which offers two accounts or more have."""
    offers = con.sql(OFFERS).to_arrow_table()
    con.register("offers", offers)
    refused = con.execute(REFUSED).fetchnumpy()["number"]
    con.unregister("offers")
    numbers = _array(offers["number"])
    offers = offers.drop_columns("number")
    first = _first_accounts(_array(offers["account"]), _array(offers["level"]), numbers)
    first[np.isin(numbers, refused)] = NOBODY
    return offers.append_column("first_account", pa.array(first))


def _array(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """Return a column as one array of NumPy: PyArrow would keep its memory when it is free."""
    nothing = np.empty(0, column.type.to_pandas_dtype())
    return np.concatenate([nothing, *(chunk.to_numpy() for chunk in column.chunks)])


def _first_accounts(accounts: Accounts, levels: Levels, numbers: Numbers) -> Accounts:
    """Return for each offer the first account that has its number at its level; NOBODY where one account has it."""
    first = np.full(len(numbers), NOBODY, dtype=np.int32)
    parts = (numbers >> LAST_BITS).astype(np.uint8)
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        rows = rows[stable_order(numbers[rows])]
        first[rows] = _first_of_sorted(accounts[rows], levels[rows], numbers[rows])
    return first


def _first_of_sorted(accounts: Accounts, levels: Levels, numbers: Numbers) -> Accounts:
    begins = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
    sizes = np.diff(begins, append=len(numbers))
    shared = np.minimum.reduceat(accounts, begins) < np.maximum.reduceat(accounts, begins)
    first = np.full(len(numbers), NOBODY, dtype=np.int32)
    for level in LEVELS:
        least = np.minimum.reduceat(np.where(levels == level, accounts, NOBODY), begins)
        valid = np.repeat(shared, sizes) & (levels == level)
        first[valid] = np.repeat(least, sizes)[valid]
    return first
