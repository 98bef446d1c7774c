-- One row per rule about the mail of bots: its condition, and the messages and lists that it decided.
select r.id, r.class, r.condition, count(m.message_key) as messages, count(distinct m.community || '/' || m.source) as sources,
       r.evidence, r.reviewed
from raw.mail_bot_rules r
left join core.messages m on m.class_rule = r.id
group by all
order by messages desc, r.id
