-- One row per community and complete month: analysis.overlap as it may be published. Where one of the three groups has one or two people, their sizes and the total are suppressed: it would give one away, as published.layers has the people of code and of talk.
--   community: slug of the community
--   month: first day of the last of the twelve months
--   state: observed (all of both was seen), partial (of what was seen), suppressed (a group or all people are one or two)
--   people: distinct people in those months; NULL where suppressed
--   code_only: those who only committed; NULL where suppressed
--   talk_only: those who only wrote; NULL where suppressed
--   code_and_talk: those who did both; NULL where suppressed
select community, month, if(suppressed, 'suppressed', state) as state, if(suppressed, null, people) as people,
    if(suppressed, null, code_only) as code_only, if(suppressed, null, talk_only) as talk_only,
    if(suppressed, null, code_and_talk) as code_and_talk
from (
    select *, is_few(people) or is_few(code_only) or is_few(talk_only) or is_few(code_and_talk) as suppressed from analysis.overlap
)
order by community, month
