-- One row per list and kind of sender: how the rules about bots did on messages that were labelled.
select list, system, kind, messages, labelled, predicted, correct, reviewed, measured, precision, precision_low, precision_high,
       recall, recall_low, recall_high
from analysis.bot_accuracy
order by list, system, kind <> 'bot', kind
