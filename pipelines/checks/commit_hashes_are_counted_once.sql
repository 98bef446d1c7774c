select community, hash, count(*) as times from core.commits group by all having count(*) > 1
