-- One row per community that is compared.
select community, name, homepage, born
from raw.communities
order by community
