-- One row per repository, list or forum and month in which it lives: how much of the month was seen, and how much goes on there.
--   community: slug of the community
--   family: code or talk
--   place: repository as owner/name, or the list or forum, of whose copies there is one row
--   month: first day of the month, UTC
--   seen: of the days of the month on which it lives, the share that was seen, 0 to 1; of copies those of the one that shows most, or of all where one follows the other
--   held: messages of the month are held, and nobody says that they are all
--   events: counted commits, or messages of people, of the month as it was seen
--   volume: mean events a month over the up to 12 months seen whole that are nearest (of two equally near the earlier), within 36 months; where there is none over months seen in part, each divided by its share; else what the catalogue states; NULL where nobody knows
with units as (
    select community, month, covered, held, if(kind = 'git', 'code', 'talk') as family,
        if(kind = 'git', coalesce(unit, source), coalesce(split_part(copy_of, '/', 2), source)) as place,
        traffic / count(*) over (partition by community, source, month) as stated,
        greatest(month, since) as life_from, least(month + interval 1 month, until + 1) as life_to,
        date_diff('day', life_from, life_to) as days
    from core.unit_months join raw.sources using (community, source)
    where lives and shown_only is not true and kind in ('git', 'pipermail', 'hyperkitty', 'ponymail', 'discourse', 'mbox', 'archiveorg', 'askbot', 'mod_mbox', 'unreadable')
), places as (
    -- A copy says nothing of the days on which it does not live.
    select community, family, place, month, date_diff('day', min(life_from), max(life_to)) as all_days,
        case
            when min(days) = all_days then max(covered)
            when sum(days) <= all_days then sum(covered * days) / all_days
            else max(covered * days) / all_days
        end as seen,
        bool_or(held) as held, max(stated) as stated
    from units group by all
), counted as (
    select community, 'code' as family, repository as place, month, count(*) as events from core.commits where counted group by all
    union all
    select community, 'talk', place, month, count(distinct message_key)
    from core.postings where month is not null and coalesce("class" in ('human', 'unsure'), true) group by all
), measured as (
    select *, coalesce(events, 0) as happened, seen = 1 as whole, if(seen > 0, happened / seen, null) as volume,
        12 * year(month) + month(month) as number
    from places left join counted using (community, family, place, month)
), near as (
    select *, count(volume) filter (whole) over around as wholes, avg(volume) filter (whole) over around as whole_mean,
        count(volume) filter (not whole) over around as parts, avg(volume) filter (not whole) over around as part_mean
    from measured
    window around as (partition by community, family, place order by number range between 36 preceding and 36 following)
), dozens as (
    -- The twelve months from each on: they are the nearest to all months up to the middle between the first and the thirteenth.
    select community, family, place, whole, avg(volume) over (onward rows between current row and 11 following) as mean,
        number + coalesce(lead(number, 12) over onward, 1000000) as twice_the_middle
    from measured where volume is not null
    window onward as (partition by community, family, place, whole order by number)
    qualify lead(number, 11) over onward is not null
)
select n.community, n.family, n.place, n.month, seen, held, happened as events,
    case
        when wholes > 12 then w.mean
        when wholes > 0 then whole_mean
        when parts > 12 then p.mean
        when parts > 0 then part_mean
        else stated
    end as volume
from near as n
asof left join (from dozens where whole) as w
    on (w.community, w.family, w.place) = (n.community, n.family, n.place) and w.twice_the_middle >= 2 * n.number
asof left join (from dozens where not whole) as p
    on (p.community, p.family, p.place) = (n.community, n.family, n.place) and p.twice_the_middle >= 2 * n.number
order by n.community, n.family, n.place, n.month
