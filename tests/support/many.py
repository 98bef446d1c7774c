"""Invent a database of any number of communities with all their months: what pages read, without anything landed.

Numbers follow from hashes, so that equal requests give equal databases. Rankings are made by the tables themselves.
"""

from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
from support.ranking import stages
from support.site import build_bare, folders

from pipelines.warehouse.engine import make_macros
from pipelines.warehouse.tables import create_table, literal, read_tables
from reports import site

TODAY, LAST = date(2026, 7, 8), date(2026, 6, 1)
FIRST = date(2009, 1, 1)
KEPT = {"raw.build", "rankings.rules", "rankings.method", "rankings.correlations", "rankings.families",
        "metrics.definitions", "raw.measures", "raw.commit_bot_rules", "raw.mail_bot_rules"}  # fmt: skip
RANKINGS = ("monthly", "components", "pairs", "distances", "movement", "chances")
NAMES = "['Amber','Birch','Cedar','Delta','Ember','Fjord','Grove','Harbor','Indigo','Juniper']"
NOISE = "(hash(community, metric, month) % 1000 / 1000.0)"
TABLES = {
    "raw.communities": f"""
        select colour, colour_dark, marker, null as reading, community, name, born, null as registered,
               'https://' || community || '.example.org/' as homepage from (
            select if(n < 5, ['#C2400F', '#10307F', '#067F6B', '#A637BF'][n], null) as colour,
                   if(n < 5, ['#FF7048', '#7F97FF', '#5FBFA9', '#E07CC8'][n], null) as colour_dark,
                   if(n < 5, ['circle', 'square', 'triangle', 'diamond'][n], null) as marker,
                   printf('c%04d', n) as community, printf('%s %04d', {NAMES}[1 + n % 10], n) as name,
                   (date '2009-01-01' + to_months((hash(n) % 192)::int) * (n > 4)::int)::date as born
            from range(1, $communities + 1) numbers(n)
        )""",
    "raw.sources": """
        select community, source, kind, [url || community] as urls, born as since, 'Invented.' as why,
               false as counts_only, false as snapshot, false as whole_archive, 'en' as language
        from raw.communities cross join (values
            ('core', 'git', 'git+https://forge.example.org/'), ('dev', 'pipermail', 'https://lists.example.org/')
        ) as kinds(source, kind, url)""",
    "core.coverage": """
        select community, source, month, if(missing, 'gap', 'seen') as state, if(missing, 0, 1) as covered, 1 as units,
               if(missing, 'failed', null) as reason_code, make_date(year(month) - missing::int, 12, 1) as seen_to
        from raw.sources join core.months using (community),
        lateral (select hash(community, source, year(month)) % 40 = 0 as missing)""",
    "core.channels": """
        select community, family, month, if(missing, 'unobserved', 'observed') as state, if(missing, 0, 1) as covered
        from core.months cross join (values ('code', 'core'), ('talk', 'dev'), ('people', 'dev'), ('releases', 'core'))
        as families(family, source), lateral (select hash(community, source, year(month)) % 40 = 0 as missing)""",
    "metrics.monthly": f"""
        with sizes as (
            select *, case unit when 'people' then 12 when 'hours' then 30 else 60 end
                * exp(4 * (hash(community) % 1000 / 1000.0 - .4)) * (.6 + .8 * {NOISE}) as count
            from core.channels join metrics.definitions using (family)
        )
        select community, metric, month,
               if(state = 'observed', if(kind = 'measure', count, round(count)), null)::double as value,
               state, true as lives, covered, null::date as known_since,
               if(unit = 'people', floor(value * .9), null)::double as low,
               if(unit = 'people', ceil(value * 1.1), null)::double as high, null::double as published
        from sizes""",
    "core.activity": """
        select community, family as channel, month, community || n as person_key, community || n as person_strict_key,
               community || n as person_lax_key, 1 + n % 7 as events
        from core.channels cross join range(12) people(n)
        where family in ('code', 'talk') and state = 'observed' and month >= date '2024-07-01'""",
    "core.releases": """
        select community, 'core' as source, community || '/core' as repository,
               printf('%d.0', year(born) - 2008 + n) as version,
               tag: version, 'feature' as kind, (born + to_years(n::int + 1))::date as released_at, 'tag' as dated_by,
               date_trunc('month', released_at)::date as month, timestamp '2026-07-07' as seen_at
        from raw.communities cross join range(6) numbers(n)""",
    "raw.units": """
        select community, source, kind, unit: source, page: source, url: urls[1], seen_at: timestamp '2026-07-07 03:00',
               verdict: 'ok', reason: '', observations: 100, seconds: 1.0, key_id: 'k1', note: ''
        from raw.sources""",
    "definitions.messages": """
        select community, month, state, messages: max(value) filter (metric = 'messages'),
               messages_with_bots: messages + 5,
               messages_human_only: messages, talk_people: max(value) filter (metric = 'talk_people'),
               talk_people_with_bots: talk_people + 1, postings: max(value) filter (metric = 'postings')
        from metrics.monthly where metric in ('messages', 'talk_people', 'postings')
        group by community, month, state""",
    "definitions.commits": """
        select community, month, state, commits: max(value) filter (metric = 'commits'), commits_with_bots: commits + 4,
               commits_recorded_month: commits, code_people: max(value) filter (metric = 'code_people'),
               code_people_with_bots: code_people + 1, code_people_recorded_month: code_people
        from metrics.monthly where metric in ('commits', 'code_people') group by community, month, state""",
    "analysis.layers": """
        select community, channel: family, month, people: 40, absence_factor: 4,
               core_people: 8, regular_people: 12, casual_people: 20
        from core.channels where family in ('code', 'talk') and state = 'observed'""",
    "analysis.overlap": """
        select community, month, state: 'observed', people: 60, code_only: 20, talk_only: 30, code_and_talk: 10
        from core.months""",
    "analysis.retention": """
        select distinct community, cohort: year(a.month), year: b.year, people: 30, active: 30 // (1 + b.year - cohort),
               state: 'observed', known_since: date '2009-01-01'
        from core.months a join (select distinct community, year(month) as year from core.months) b using (community)
        where b.year >= year(a.month)""",
    "analysis.by_source": """
        select community, source: 'dev', month, postings: value, people: 12, only_here: 12, first_here: value, state
        from metrics.monthly where metric = 'postings'""",
}  # fmt: skip


def invent(top: Path, communities: int):
    """Return the folders of a database of so many communities, with the months from 2009 (the others: later) on."""
    where = build_bare(top)
    where.database.chmod(0o644)
    with closing(duckdb.connect(str(where.database), config={"threads": 2})) as con:
        con.execute("begin")
        _empty(con)
        con.execute(f"update raw.build set today = {literal(TODAY)}, last_complete_month = {literal(LAST)}")
        _fill(con, communities)
        con.execute("commit")
    where.database.chmod(0o444)
    return where


def _empty(con) -> None:
    held = con.execute("select schema_name || '.' || table_name from duckdb_tables() where not internal").fetchall()
    for (name,) in held:
        if name not in KEPT:
            con.execute(f"delete from {name}")


def _fill(con, communities: int) -> None:
    for name, select in TABLES.items():
        given = {"communities": communities} if "$communities" in select else {}
        con.execute(f"insert into {name} by name {select}", given)
        if name == "raw.sources":
            _remake(con, "core.months")
    make_macros(con)
    published_ones = [name for name in _tables() if name.startswith("published.") and name != "published.replay"]
    made_from_rankings = ["analysis.affiliations", "analysis.rank_including_bots", "analysis.rank_by_recorded_month"]
    for name in (*(table.name for table in stages(*RANKINGS)), *made_from_rankings, *published_ones):
        _remake(con, name)


@cache
def _tables():
    return {table.name: table for table in read_tables()}


def _remake(con, name: str) -> None:
    con.execute(f"drop table if exists {name}")
    create_table(con, _tables()[name])


def published(once, communities: int):
    """The folder of the site of invented communities, made once for all tests: write nothing."""
    return folders(once(f"site-of-{communities}", lambda top: site.publish(invent(top, communities)))).site
