-- Distinct messages of machines on all lists together, by the rules of raw.machine_rules: trackers, reviews, builds, commits, announcements, automatic answers, what a forum's software writes.
-- family: talk
-- unit: messages
select community, month, count(*) as value from core.messages where not by_person and month is not null group by all
order by community, month
