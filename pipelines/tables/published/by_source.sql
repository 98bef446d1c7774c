-- One row per list or forum and month: analysis.by_source as it may be published.
--   community: slug of the community
--   source: name of the source
--   month: first day of the month, UTC
--   postings: messages on it that were sent in the month; NULL where the month was not seen
--   people: distinct senders of those; NULL where the month was not seen, and where they are one or two
--   only_here: postings whose message stands on no other list of the community; NULL where the month was not seen, or the list is shown only
--   first_here: messages of people that stood here first; NULL where the month was not seen, or the list is shown only
--   state: observed, partial, unobserved or not_applicable, as in analysis.by_source
--   suppressed: the senders are one or two
select community, source, month, postings, if(is_few(people), null, people) as people, only_here, first_here, state,
    coalesce(is_few(people), false) as suppressed
from analysis.by_source
order by community, source, month
