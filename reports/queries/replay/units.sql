-- Every repository of the sources that only the replay counts.
select community, source, unit from raw.replay_units order by all
