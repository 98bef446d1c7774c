-- One row per community that is compared.
select community, name, homepage, born, registered, colour, colour_dark, marker, reading
from raw.communities
order by community
