-- One row per commit of a repository's default branch, as its harvest holds it.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   hash: the commit's own hash, in hexadecimal
--   parents: number of parents
--   parent_hashes: their hashes
--   authored_at: when the change was written, UTC; NULL where git has no readable date
--   authored_offset: the author's offset from UTC, minutes
--   committed_at: when the commit was made, UTC; NULL where git has no readable date
--   committed_offset: the committer's offset from UTC, minutes
--   author_name_exact_key: fingerprint of the author's name as written; NULL where empty
--   author_name_key: fingerprint of the author's folded name; NULL where empty
--   author_address_exact_key: fingerprint of the author's address as written; NULL where empty
--   author_address_key: fingerprint of the author's folded address; NULL where empty
--   author_login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   author_name_words: words in the author's folded name
--   author_name_bag_key: fingerprint of the words of the name in one order, without initials; NULL where fewer than two remain
--   author_domain: host of the author's address where it is a public host name
--   author_role: the address is nobody's own: a role's, a list's, a program's or a manual's
--   author_bot_rule: id of the rule of data/rules by which the account is a bot; NULL for people
--   committer_name_exact_key: fingerprint of the committer's name as written; NULL where empty
--   committer_name_key: fingerprint of the committer's folded name; NULL where empty
--   committer_address_exact_key: fingerprint of the committer's address as written; NULL where empty
--   committer_address_key: fingerprint of the committer's folded address; NULL where empty
--   committer_login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   committer_name_words: words in the committer's folded name
--   committer_name_bag_key: fingerprint of the words of the name in one order, without initials; NULL where fewer than two remain
--   committer_domain: host of the committer's address where it is a public host name
--   committer_role: the address is nobody's own: a role's, a list's, a program's or a manual's
--   committer_bot_rule: id of the rule of data/rules by which the account is a bot; NULL for people
--   co_author_name_keys: fingerprints of the folded names in Co-authored-by trailers
--   co_author_address_keys: fingerprints of the folded addresses there
--   revert: the commit undoes another one
--   subject_key: fingerprint of the first line of its message, white space folded; NULL where empty, or an older reader read it
create table raw.commits (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    hash varchar,
    parents integer,
    parent_hashes varchar[],
    authored_at timestamp,
    authored_offset integer,
    committed_at timestamp,
    committed_offset integer,
    author_name_exact_key varchar,
    author_name_key varchar,
    author_address_exact_key varchar,
    author_address_key varchar,
    author_login_key varchar,
    author_name_words smallint,
    author_name_bag_key varchar,
    author_domain varchar,
    author_role boolean,
    author_bot_rule varchar,
    committer_name_exact_key varchar,
    committer_name_key varchar,
    committer_address_exact_key varchar,
    committer_address_key varchar,
    committer_login_key varchar,
    committer_name_words smallint,
    committer_name_bag_key varchar,
    committer_domain varchar,
    committer_role boolean,
    committer_bot_rule varchar,
    co_author_name_keys varchar[],
    co_author_address_keys varchar[],
    revert boolean,
    subject_key varchar
)
