-- One row per rule about the mail of bots: its condition, and the messages and lists that it decided.
select r.id, r.class, r.condition, r.evidence, r.reviewed, count(m.message_key) as messages,
       count(distinct m.community || '/' || m.source) as sources
from raw.mail_bot_rules r
left join core.messages m on m.class_rule = r.id
group by all
order by messages desc, r.id
