select n.community, n.one, n.other
from raw.never_merge as n
join core.people as one on (one.community, one.account_key) = (n.community, n.one)
join core.people as other on (other.community, other.account_key) = (n.community, n.other)
where one.person_key = other.person_key
