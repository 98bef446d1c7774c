-- One row per claim of the founding talk about a community that is compared, with its verdict and the question that checks it.
select t.*
from raw.talk_claims t join raw.communities using (community)
order by t.position
