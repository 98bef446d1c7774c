-- One row per community and month: metrics.monthly with a column for each metric, its state and its bounds beside it. Key: community, month. Coverage stands in metrics.monthly alone.
--   community: slug of the community
--   month: first day of the month, UTC
--   active_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   active_people_state: its state, see metrics.monthly
--   active_people_low: the least that it could be, see metrics.bounds
--   active_people_high: the most that it could be
--   bot_messages: value of the metric; NULL where nothing could be seen, never 0 for that
--   bot_messages_state: its state, see metrics.monthly
--   bot_messages_low: the least that it could be, see metrics.bounds
--   bot_messages_high: the most that it could be
--   code_absence_factor: value of the metric; NULL where nothing could be seen, never 0 for that
--   code_absence_factor_state: its state, see metrics.monthly
--   code_committers: value of the metric; NULL where nothing could be seen, never 0 for that
--   code_committers_state: its state, see metrics.monthly
--   code_committers_low: the least that it could be, see metrics.bounds
--   code_committers_high: the most that it could be
--   code_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   code_people_state: its state, see metrics.monthly
--   code_people_low: the least that it could be, see metrics.bounds
--   code_people_high: the most that it could be
--   commits: value of the metric; NULL where nothing could be seen, never 0 for that
--   commits_state: its state, see metrics.monthly
--   commits_low: the least that it could be, see metrics.bounds
--   commits_high: the most that it could be
--   messages: value of the metric; NULL where nothing could be seen, never 0 for that
--   messages_state: its state, see metrics.monthly
--   messages_low: the least that it could be, see metrics.bounds
--   messages_high: the most that it could be
--   new_code_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   new_code_people_state: its state, see metrics.monthly
--   new_code_people_low: the least that it could be, see metrics.bounds
--   new_code_people_high: the most that it could be
--   new_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   new_people_state: its state, see metrics.monthly
--   new_people_low: the least that it could be, see metrics.bounds
--   new_people_high: the most that it could be
--   new_talk_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   new_talk_people_state: its state, see metrics.monthly
--   new_talk_people_low: the least that it could be, see metrics.bounds
--   new_talk_people_high: the most that it could be
--   participation_ratio: value of the metric; NULL where nothing could be seen, never 0 for that
--   participation_ratio_state: its state, see metrics.monthly
--   population: value of the metric; NULL where nothing could be seen, never 0 for that
--   population_state: its state, see metrics.monthly
--   population_low: the least that it could be, see metrics.bounds
--   population_high: the most that it could be
--   postings: value of the metric; NULL where nothing could be seen, never 0 for that
--   postings_state: its state, see metrics.monthly
--   postings_low: the least that it could be, see metrics.bounds
--   postings_high: the most that it could be
--   registered: value of the metric; NULL where nothing could be seen, never 0 for that
--   registered_state: its state, see metrics.monthly
--   releases: value of the metric; NULL where nothing could be seen, never 0 for that
--   releases_state: its state, see metrics.monthly
--   releases_low: the least that it could be, see metrics.bounds
--   releases_high: the most that it could be
--   reply_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   reply_people_state: its state, see metrics.monthly
--   reply_people_low: the least that it could be, see metrics.bounds
--   reply_people_high: the most that it could be
--   talk_absence_factor: value of the metric; NULL where nothing could be seen, never 0 for that
--   talk_absence_factor_state: its state, see metrics.monthly
--   talk_people: value of the metric; NULL where nothing could be seen, never 0 for that
--   talk_people_state: its state, see metrics.monthly
--   talk_people_low: the least that it could be, see metrics.bounds
--   talk_people_high: the most that it could be
--   threads: value of the metric; NULL where nothing could be seen, never 0 for that
--   threads_state: its state, see metrics.monthly
--   threads_low: the least that it could be, see metrics.bounds
--   threads_high: the most that it could be
--   threads_replied: value of the metric; NULL where nothing could be seen, never 0 for that
--   threads_replied_state: its state, see metrics.monthly
--   threads_replied_low: the least that it could be, see metrics.bounds
--   threads_replied_high: the most that it could be
--   time_to_first_response: value of the metric; NULL where nothing could be seen, never 0 for that
--   time_to_first_response_state: its state, see metrics.monthly
select community, month,
    max(value) filter (metric = 'active_people') as active_people,
    max(state) filter (metric = 'active_people') as active_people_state,
    max(low) filter (metric = 'active_people') as active_people_low,
    max(high) filter (metric = 'active_people') as active_people_high,
    max(value) filter (metric = 'bot_messages') as bot_messages,
    max(state) filter (metric = 'bot_messages') as bot_messages_state,
    max(low) filter (metric = 'bot_messages') as bot_messages_low,
    max(high) filter (metric = 'bot_messages') as bot_messages_high,
    max(value) filter (metric = 'code_absence_factor') as code_absence_factor,
    max(state) filter (metric = 'code_absence_factor') as code_absence_factor_state,
    max(value) filter (metric = 'code_committers') as code_committers,
    max(state) filter (metric = 'code_committers') as code_committers_state,
    max(low) filter (metric = 'code_committers') as code_committers_low,
    max(high) filter (metric = 'code_committers') as code_committers_high,
    max(value) filter (metric = 'code_people') as code_people,
    max(state) filter (metric = 'code_people') as code_people_state,
    max(low) filter (metric = 'code_people') as code_people_low,
    max(high) filter (metric = 'code_people') as code_people_high,
    max(value) filter (metric = 'commits') as commits,
    max(state) filter (metric = 'commits') as commits_state,
    max(low) filter (metric = 'commits') as commits_low,
    max(high) filter (metric = 'commits') as commits_high,
    max(value) filter (metric = 'messages') as messages,
    max(state) filter (metric = 'messages') as messages_state,
    max(low) filter (metric = 'messages') as messages_low,
    max(high) filter (metric = 'messages') as messages_high,
    max(value) filter (metric = 'new_code_people') as new_code_people,
    max(state) filter (metric = 'new_code_people') as new_code_people_state,
    max(low) filter (metric = 'new_code_people') as new_code_people_low,
    max(high) filter (metric = 'new_code_people') as new_code_people_high,
    max(value) filter (metric = 'new_people') as new_people,
    max(state) filter (metric = 'new_people') as new_people_state,
    max(low) filter (metric = 'new_people') as new_people_low,
    max(high) filter (metric = 'new_people') as new_people_high,
    max(value) filter (metric = 'new_talk_people') as new_talk_people,
    max(state) filter (metric = 'new_talk_people') as new_talk_people_state,
    max(low) filter (metric = 'new_talk_people') as new_talk_people_low,
    max(high) filter (metric = 'new_talk_people') as new_talk_people_high,
    max(value) filter (metric = 'participation_ratio') as participation_ratio,
    max(state) filter (metric = 'participation_ratio') as participation_ratio_state,
    max(value) filter (metric = 'population') as population,
    max(state) filter (metric = 'population') as population_state,
    max(low) filter (metric = 'population') as population_low,
    max(high) filter (metric = 'population') as population_high,
    max(value) filter (metric = 'postings') as postings,
    max(state) filter (metric = 'postings') as postings_state,
    max(low) filter (metric = 'postings') as postings_low,
    max(high) filter (metric = 'postings') as postings_high,
    max(value) filter (metric = 'registered') as registered,
    max(state) filter (metric = 'registered') as registered_state,
    max(value) filter (metric = 'releases') as releases,
    max(state) filter (metric = 'releases') as releases_state,
    max(low) filter (metric = 'releases') as releases_low,
    max(high) filter (metric = 'releases') as releases_high,
    max(value) filter (metric = 'reply_people') as reply_people,
    max(state) filter (metric = 'reply_people') as reply_people_state,
    max(low) filter (metric = 'reply_people') as reply_people_low,
    max(high) filter (metric = 'reply_people') as reply_people_high,
    max(value) filter (metric = 'talk_absence_factor') as talk_absence_factor,
    max(state) filter (metric = 'talk_absence_factor') as talk_absence_factor_state,
    max(value) filter (metric = 'talk_people') as talk_people,
    max(state) filter (metric = 'talk_people') as talk_people_state,
    max(low) filter (metric = 'talk_people') as talk_people_low,
    max(high) filter (metric = 'talk_people') as talk_people_high,
    max(value) filter (metric = 'threads') as threads,
    max(state) filter (metric = 'threads') as threads_state,
    max(low) filter (metric = 'threads') as threads_low,
    max(high) filter (metric = 'threads') as threads_high,
    max(value) filter (metric = 'threads_replied') as threads_replied,
    max(state) filter (metric = 'threads_replied') as threads_replied_state,
    max(low) filter (metric = 'threads_replied') as threads_replied_low,
    max(high) filter (metric = 'threads_replied') as threads_replied_high,
    max(value) filter (metric = 'time_to_first_response') as time_to_first_response,
    max(state) filter (metric = 'time_to_first_response') as time_to_first_response_state
from metrics.monthly group by community, month order by community, month
