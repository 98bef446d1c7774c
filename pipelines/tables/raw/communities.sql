-- One row per community of the catalogue.
--   community: slug of the community, the name of its file
--   name: how it writes itself
--   homepage: its page
--   born: when it became public
--   registered: measure by which its official members are counted; NULL where nobody counts them
--   colour: its colour on a light page, #RRGGBB; NULL where its file has none
--   colour_dark: its colour on a dark page, #RRGGBB; NULL where its file has none
--   marker: its mark in charts: circle, square, triangle or diamond
--   reading: its name in Hangul, by which Korean pages pick particles; NULL where its file has none
create table raw.communities (
    community varchar,
    name varchar,
    homepage varchar,
    born date,
    registered varchar,
    colour varchar,
    colour_dark varchar,
    marker varchar,
    reading varchar
)
