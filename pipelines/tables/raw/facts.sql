-- One row per statement of the catalogue about a platform.
--   community: slug of the community
--   position: place in the community file, from 0
--   topic: what it is about, of a closed list: origin, licence, hypervisors ...
--   period: 2013 (what is said of the years before 2015) or today; NULL where it is true of all times
--   said_of: year, month or day of which it is said; NULL where it is true of all times
--   said: what is said, value by value, or as one sentence
--   version: the release that it is about
--   day: the day on which that is said to have come out
--   per_year_at_least: how many new lines of versions a year the stated cadence means, at least
--   per_year_at_most: the same at most
--   confirmed: false: general knowledge that nobody has confirmed
--   talk_said: what the founding talk said otherwise
--   source: where it is said: repository and file, or page
--   url: address of that page
--   note: what has to be known beside it
create table raw.facts (
    community varchar,
    position integer,
    topic varchar,
    period varchar,
    said_of varchar,
    said varchar[],
    version varchar,
    day date,
    per_year_at_least double,
    per_year_at_most double,
    confirmed boolean,
    talk_said varchar,
    source varchar,
    url varchar,
    note varchar
)
