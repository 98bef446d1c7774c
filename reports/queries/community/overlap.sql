-- Where the people of $community were seen in the twelve months that end with $as_of.
select state, people, code_only, talk_only, code_and_talk
from analysis.overlap where community = $community and month = $as_of
