-- The organisations of the newest twelve complete months, by mail domains: those of fewer than five people in them are one row. Never part of the ranking.
select community, channel, organisation, people, events, share
from published.organisations
order by community, channel, events desc, organisation
