-- The ten largest organisations of each community and channel in the last twelve complete months, by mail domains: those of fewer than five people in them are one row. Never part of the ranking.
from published.organisations
qualify row_number() over (partition by community, channel order by events desc, organisation) <= 10
order by community, channel, events desc, organisation
