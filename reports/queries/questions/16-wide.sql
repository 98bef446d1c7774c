-- What happened in each of the last months of a community, in a row each?
select month, complete, commits, commits_state, code_people, code_people_low, code_people_high, messages
from analysis.monthly_wide where community = 'cloudstack' order by month desc limit 3
