select community, month, messages, messages_with_bots, value as bot_messages
from definitions.messages left join metrics.bot_messages using (community, month)
where messages + coalesce(value, 0) <> messages_with_bots
