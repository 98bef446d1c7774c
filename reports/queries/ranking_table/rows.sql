-- One row per month that has a ranking, ranking and community of which a source had begun, the first 20 of each table (of a large site the first 10 of an earlier month): its score with its error, its places, the places then (June 2013) and now, how it moved. The dormant stand last.
with now as (
    select family, community, rank_low as now_low, rank_high as now_high, state as now_state
    from rankings.monthly join raw.build on as_of = last_complete_month
), origin as (
    select family, community, rank_low as then_low, rank_high as then_high
    from rankings.monthly join rankings.rules on as_of = compared_with
), listed as (
    select r.as_of, r.family, r.community, coalesce(c.name, r.community) as name, c.marker, r.state, r.rank, r.rank_low, r.rank_high,
           r.level_until, r.ranked, r.threshold, r.possible_low, r.possible_high, r.score, r.score_error, r."index", r.months, r.published_months,
           r.reason_code, r.missing, r.without_source, r.too_short, r.people, r.living_since, r.active_in,
           n.now_low, n.now_high, n.now_state, o.then_low, o.then_high, count(*) over of_table as listed,
           row_number() over (partition by r.as_of, r.family order by r.rank nulls last, r.state = 'dormant', c.name, r.community) as place_in_table
    from rankings.monthly r
    left join raw.communities c using (community)
    left join now n using (family, community)
    left join origin o using (family, community)
    where r.state <> 'no source'
    window of_table as (partition by r.as_of, r.family)
    qualify place_in_table <= if($is_large and r.as_of < (select last_complete_month from raw.build), 10, 20)
), moved as (
    select as_of, family, community,
           list({'span': span, 'earlier': earlier, 'reason_code': reason_code, 'growth': growth, 'low': low, 'high': high, 'word': word}) as movement
    from rankings.movement semi join listed using (as_of, family, community)
    group by all
)
select l.*, coalesce(m.movement, []) as movement
from listed l left join moved m using (as_of, family, community)
order by as_of, family, place_in_table
