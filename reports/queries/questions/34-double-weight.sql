-- What would the scores be if contributors had twice their weight?
with doubled as (
    select *, weight * if(metric = 'code_people', 2, 1) as other_weight
    from rankings.components join raw.build on as_of = last_complete_month where family = 'overall'
)
select community, round(sum(weight * y), 3) as score, round(sum(other_weight * y) / sum(other_weight), 3) as other_score
from doubled group by community having count(y) = count(*) order by other_score desc
