-- One row per source of the catalogue that is switched on, or of which something is held.
--   community: slug of the community
--   source: name of the source within the community
--   kind: software of the source
--   urls: what is visited
--   enabled: it is visited; what was switched off keeps what it had, and is a gap from then on
--   since: first day on which it can hold activity
--   until: last such day; NULL while it lives
--   why: why the source is in the catalogue
--   copy_of: the source, as community/name, of which it is the same list, seen at another place
--   continues: the source, as community/name, that it goes on from
--   continued_by: the source that goes on from it
--   evidence: how one knows of a source that cannot be read
--   counts_only: it states counts of single days and nothing else, so it has no months: see core.counts
--   snapshot: a frozen copy, which proves nothing after its newest commit
--   whole_archive: each file of the mailbox has all mail of its months
--   list_name: name of the mailing list, as others call it; NULL of other sources
--   language: code of the language of a list or forum; en for other sources
--   audience: whom a list or forum is for; NULL where nobody says
--   shown_only: by its language and audience the method leaves it out: it is shown by itself and enters no metric
--   traffic: commits or messages a month, as somebody states it; NULL where nobody does
--   traffic_source: who states it
--   releases: rule: a tag is a release if its whole name matches; the group is the version
--   not_releases: rules: a tag whose whole name matches one of these is no release
create table raw.sources (
    community varchar,
    source varchar,
    kind varchar,
    urls varchar[],
    enabled boolean,
    since date,
    until date,
    why varchar,
    copy_of varchar,
    continues varchar,
    continued_by varchar,
    evidence varchar,
    counts_only boolean,
    snapshot boolean,
    whole_archive boolean,
    list_name varchar,
    language varchar,
    audience varchar,
    shown_only boolean,
    traffic double,
    traffic_source varchar,
    releases varchar,
    not_releases varchar[]
)
