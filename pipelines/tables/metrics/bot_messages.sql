-- Distinct messages of bots on all lists together, by the rules of raw.mail_bot_rules: trackers, reviews, builds, commits, announcements, automatic answers, what a forum's software writes.
-- family: talk
-- unit: messages
-- formula: number of messages x of month m where x is a bot's
-- chaoss: Bot Activity
select community, month, count(*) as value from core.messages where not is_human and month is not null group by all
order by community, month
