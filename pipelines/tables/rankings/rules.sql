-- One row: the rules of the method, see pipelines/ranking/method.toml.
--   days_to_close: a month is complete this many days after its end
--   window_months: a level is the mean month of so many complete months
--   usable_coverage: a month gives a number where at least this share of it was seen
--   fewest_months: with fewer months that give a number a metric is missing
--   fewest_people: with fewer people a month a community is quiet
--   fewest_ranked: a ranking of fewer ranked communities has no ranks
--   first_ranking: first month that has a ranking
--   alpha: so often at most a firm statement of a table may be wrong
--   probable: so likely is what is probably ahead and not firm
--   memory: how much the memory between months widens the variance of a mean
--   past_months: months from which a community's own dispersion is estimated
--   fewest_pairs: with fewer pairs of neighbouring months only the panel's line counts
--   prior_pairs: the panel's line weighs as much as so many pairs
--   clamp: the own dispersion is held within so many times the panel's, up and down
--   compared_with: besides a month and a year before, a ranking is compared with that of this month
--   least_growth: by less nothing rises or falls
--   steady_growth: steady: the whole interval of growth lies within so much, up and down
create table rankings.rules (
    days_to_close integer,
    window_months integer,
    usable_coverage double,
    fewest_months integer,
    fewest_people double,
    fewest_ranked integer,
    first_ranking date,
    alpha double,
    probable double,
    memory double,
    past_months integer,
    fewest_pairs integer,
    prior_pairs double,
    clamp double,
    compared_with date,
    least_growth double,
    steady_growth double
)
