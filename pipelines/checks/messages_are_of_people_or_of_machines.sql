select community, month, messages, messages_with_machines, value as machine_messages
from definitions.messages left join metrics.machine_messages using (community, month)
where messages + coalesce(value, 0) <> messages_with_machines
