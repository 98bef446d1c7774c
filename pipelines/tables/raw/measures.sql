-- One row per measure: what a dated count counts.
--   measure: name of the measure
--   kind: registered, subscribed, active, committing or attention; these are never added up
--   source_kind: kind of source that states it
--   unit: what is counted, in a word
--   definition: one sentence that says what is counted
--   comparable: counts of two communities mean the same
create table raw.measures (
    measure varchar,
    kind varchar,
    source_kind varchar,
    unit varchar,
    definition varchar,
    comparable boolean
)
