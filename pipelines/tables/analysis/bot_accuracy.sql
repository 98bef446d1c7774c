-- One row per list and kind of sender: how the rules about bots did on labelled messages, with Wilson's interval of 95 %.
--   list: name of the list
--   system: software that serves its archive
--   kind: kind of sender
--   messages: messages of the list that were looked at
--   labelled: of them, those that the labels call this kind
--   predicted: those that the rules call this kind
--   correct: those that both call this kind
--   reviewed: messages that a person read
--   measured: day of the measurement
--   precision: correct / predicted; NULL where the rules found none
--   precision_low: lower end of its interval
--   precision_high: upper end of its interval
--   recall: correct / labelled; NULL where there was none
--   recall_low: lower end of its interval
--   recall_high: upper end of its interval
with shares as (
    select *, 1.96 as z, agreed / nullif(predicted, 0) as precision, agreed / nullif(labelled, 0) as recall
    from raw.mail_bot_measurements
)
select list, system, kind, messages, labelled, predicted, agreed as correct, reviewed, measured,
    precision,
    (precision + z * z / (2 * predicted) - z * sqrt(precision * (1 - precision) / predicted + z * z / (4 * predicted * predicted)))
        / (1 + z * z / predicted) as precision_low,
    (precision + z * z / (2 * predicted) + z * sqrt(precision * (1 - precision) / predicted + z * z / (4 * predicted * predicted)))
        / (1 + z * z / predicted) as precision_high,
    recall,
    (recall + z * z / (2 * labelled) - z * sqrt(recall * (1 - recall) / labelled + z * z / (4 * labelled * labelled)))
        / (1 + z * z / labelled) as recall_low,
    (recall + z * z / (2 * labelled) + z * sqrt(recall * (1 - recall) / labelled + z * z / (4 * labelled * labelled)))
        / (1 + z * z / labelled) as recall_high
from shares
order by list, system, kind
