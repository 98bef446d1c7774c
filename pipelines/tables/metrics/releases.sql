-- Releases that begin a line of versions (the first tagged X.Y, or one of OpenStack's series), by the month of their day; later versions of the same line do not count.
-- family: releases
-- unit: releases
-- formula: number of releases x of month m where x begins a line of versions
-- chaoss: Release Frequency
select community, month, count(*) as value from core.releases where kind = 'feature' and month is not null group by all
order by community, month
