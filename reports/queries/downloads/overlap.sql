-- Where the people of twelve months were seen, for every window up to the one that ends with $as_of.
select community, month, state, people, code_only, talk_only, code_and_talk
from published.overlap where month <= $as_of
order by community, month
