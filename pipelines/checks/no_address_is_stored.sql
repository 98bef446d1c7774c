select 'core.commits' as what, hash as which from core.commits where contains(coalesce(author_domain, ''), '@')
union all
select 'raw.visits', unit from raw.visits where regexp_matches(reason || note, '\S+@\S+')
