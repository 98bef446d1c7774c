-- One row per community that is compared.
select community, name, homepage
from raw.communities
order by community
