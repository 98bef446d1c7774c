-- One row per ranking: the ends of the scores that its tables show, in all months, two standard errors beyond them: every 90 % range lies between.
select family, 100 * exp(min(score - 2 * score_error)) as low, 100 * exp(max(score + 2 * score_error)) as high
from rankings.monthly
where rank <= 20 or reason_code = 'fewer_than_two_ranked'
group by family
