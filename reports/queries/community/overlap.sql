-- Where the people of each community were seen in the last twelve complete months.
select community, state, people, code_only, talk_only, code_and_talk
from published.overlap where month = (select last_complete_month from raw.build)
