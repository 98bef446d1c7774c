-- One row per claim of the founding talk about a community, with what was found of it.
--   position: place in data/rules/talk-claims.toml, from 0
--   name: name of the claim
--   community: slug of the community that it is about
--   said: what the talk said, translated and shortened
--   verdict: held, incomplete, corrected or unknown
--   finding: what was found of 2013; columns of the check fill its braces
--   today: the same of the present
--   source: where the finding comes from
--   check_sql: the question that checks the finding on this database: one row, whose column agrees says whether the data are as the finding says
create table raw.talk_claims (
    position integer,
    name varchar,
    community varchar,
    said varchar,
    verdict varchar,
    finding varchar,
    today varchar,
    source varchar,
    check_sql varchar
)
