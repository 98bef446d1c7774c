-- One row per neighbours in a table and metric, for the window that ends with $as_of.
select d.family, d.behind, d.ahead, d.metric, d.needed, d.needed_whole
from rankings.distances d join rankings.pairs p using (as_of, family, ahead, behind)
where d.as_of = $as_of
order by d.family, p.rank, d.metric
