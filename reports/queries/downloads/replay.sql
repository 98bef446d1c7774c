-- Figures that others published from the end of 2011 to the start of 2015, beside ours under their definition.
select * replace (array_to_string(missing, ' ') as missing) from published.replay
order by quarter, community, metric, period, source
