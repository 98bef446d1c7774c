-- One row per community of a ranking whose order imports change, for the window that ends with $as_of: its rank, and its rank by the months in which imports were recorded.
select r.family, r.community, c.name, r.rank, r.rank_by_recorded_month
from analysis.rank_by_recorded_month r
left join raw.communities c using (community)
where r.as_of = $as_of
qualify bool_or(r.rank <> r.rank_by_recorded_month) over (partition by r.family)
order by r.family, r.rank, r.community
