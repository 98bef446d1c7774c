-- Contributor Absence Factor of the twelve months that end with the month: the fewest people who together made half of the commits.
-- family: code
-- unit: people who made half
-- kind: measure
-- past: year
-- formula: smallest k with c(1) + ... + c(k) >= C / 2; c(i) commits of the i-th most active person of twelve months, C all of them
-- chaoss: Contributor Absence Factor
select community, month, absence_factor as value from analysis.layers where channel = 'code'
order by community, month
