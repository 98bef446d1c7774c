-- One row per kind of published figure: what of ours is counted in the same way, and why the two may differ.
--   kind: metric of raw.history up to its colon
--   counted: kind of analysis.replay_counts that is set beside it; NULL where nothing can be counted
--   family: talk (mailing lists and forums), code (repositories), releases (what dates them); NULL where nothing can be counted
--   cause_code: why ours may differ: threading, tracker_mail, accounts, clocks, people, repositories, branches, period, series; NULL where nothing can be counted
--   reason_code: why nothing can be counted: not_public, no_past (the source states only today's), not_counted (no source states it); NULL elsewhere
select * from (values
    ('threads', 'threads', 'talk', 'threading', null),
    ('messages', 'messages', 'talk', 'tracker_mail', null),
    ('participation_ratio', 'participation_ratio', 'talk', 'threading', null),
    ('talk_people', 'talk_people', 'talk', 'accounts', null),
    ('active_people_quarter', 'active_people_quarter', 'talk', 'accounts', null),
    ('new_people', 'new_people', 'talk', 'accounts', null),
    ('population', 'population', 'talk', 'accounts', null),
    ('postings', 'postings', 'talk', 'clocks', null),
    ('postings_week', 'postings_week', 'talk', 'clocks', null),
    ('threads_week', 'threads_week', 'talk', 'threading', null),
    ('talk_people_week', 'talk_people_week', 'talk', 'people', null),
    ('postings_quarter', 'postings_quarter', 'talk', 'clocks', null),
    ('talk_people_quarter', 'talk_people_quarter', 'talk', 'people', null),
    ('thread_starters_quarter', 'thread_starters_quarter', 'talk', 'threading', null),
    ('written_commits', 'written_commits', 'code', 'repositories', null),
    ('written_names', 'written_names', 'code', 'repositories', null),
    ('written_domains', 'written_domains', 'code', 'repositories', null),
    ('domain_share', 'domain_share', 'code', 'period', null),
    ('repository_commits_quarter', 'repository_commits_quarter', 'code', 'branches', null),
    ('repository_people_quarter', 'repository_people_quarter', 'code', 'branches', null),
    ('releases', 'releases', 'releases', 'series', null),
    ('releases_so_far', 'releases_so_far', 'releases', 'series', null),
    ('subscribers', null, null, null, 'not_public'),
    ('registered', null, null, null, 'no_past'),
    ('committers', null, null, null, 'no_past'),
    ('committee_members', null, null, null, 'no_past'),
    ('countries', null, null, null, 'not_counted'),
    ('user_groups', null, null, null, 'not_counted')
) as k(kind, counted, family, cause_code, reason_code)
