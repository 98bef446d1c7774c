-- One row per community that is compared.
select community, name, homepage, born, registered
from raw.communities
order by community
