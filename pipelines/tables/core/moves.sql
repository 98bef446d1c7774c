-- One row per source that went on in another one, as the catalogue says: a break in every series that is drawn over both.
--   community: slug of the community
--   family: code, or talk
--   month: first day of the month in which the later one began
--   from_source: name of the earlier source
--   to_source: name of the later source
--   action: stitch (both can be read: what both hold counts once), censor (one of them cannot be read: months there are not observed, never zero)
--   reason: why the later one is in the catalogue
--   evidence: how one knows of the one that cannot be read; NULL where both can
select earlier.community, if(later.kind = 'git', 'code', 'talk') as family, date_trunc('month', later.since)::date as month,
    earlier.source as from_source, later.source as to_source,
    if(earlier.kind = 'unreadable' or later.kind = 'unreadable', 'censor', 'stitch') as action,
    later.why as reason, coalesce(later.evidence, earlier.evidence) as evidence
from raw.sources as earlier
join raw.sources as later on later.community = earlier.community
    and (earlier.continued_by = later.community || '/' || later.source or later.continues = earlier.community || '/' || earlier.source)
order by all
