-- One row per community, channel, month, person and organisation, by the mail domains that commits and mail carry themselves.
--   community: slug of the community
--   channel: code or talk
--   month: first day of the month, UTC
--   person_key: pseudonym of the author or sender
--   organisation: registrable domain, or `unknown` (free mail, forges and unreadable addresses)
--   events: commits or messages of the person with such an address in the month
with acts as (
    select community, 'code' as channel, month, author_key as person_key, author_domain as domain
    from core.commits where counted and author_key is not null
    union all
    select community, 'talk', month, sender_key, sender_domain
    from core.messages where is_human and month is not null and sender_key is not null
)
select community, channel, month, any_value(person_key) as person_key,
    coalesce(any_value(organisation), 'unknown') as organisation, count(*) as events
from acts left join raw.domains using (domain)
group by community, channel, month, hash(person_key, coalesce(organisation, 'unknown'))
