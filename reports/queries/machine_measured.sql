-- One row per list and kind of sender: how the rules about machines did on messages that were labelled.
select list, system, kind, messages, labelled, predicted as told, agreed as "right", reviewed as read, measured
from raw.mail_bot_measurements
order by list, system, kind <> 'machine', kind
