-- One row per list and kind of sender: how the rules about machines did on messages that were labelled.
select list, system, kind, messages, labelled, told, agreed as "right", read, measured
from raw.machine_measurements
order by list, system, kind <> 'machine', kind
