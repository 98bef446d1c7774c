-- Contributor Absence Factor of the twelve months that end with the month: the fewest people who together made half of the messages.
-- family: talk
-- unit: people who made half
-- kind: measure
-- past: year
select community, month, absence_factor as value from analysis.layers where channel = 'talk'
order by community, month
