-- One row per image format that facts may name.
--   name: the format as facts write it
--   meaning: what it is, in one sentence
--   source: where that is said
create table raw.image_formats (
    name varchar,
    meaning varchar,
    source varchar
)
