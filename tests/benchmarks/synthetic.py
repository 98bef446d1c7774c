"""Land synthetic observations of invented communities in a data folder, for measurements of builds.

    uv run python tests/benchmarks/synthetic.py DATA COMMUNITIES REPOSITORIES COMMITS MESSAGES YEARS

REPOSITORIES and MESSAGES are those of a community, COMMITS those of a repository, over so many YEARS before 2026-07.
Each community has a mailing list with a file for each month. Numbers follow from hashes, so equal requests give equal
rows.
"""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.folders import Folders
from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import COMMITS, MESSAGES
from pipelines.model import Verdict, Visit

END = date(2026, 7, 1)
SEEN = datetime(2026, 7, 6, 3, tzinfo=UTC)
SPAN = "timestamp '{begin}' + to_seconds((i / {rows} * {years} * 365.25 * 86400)::bigint)"
PERSON = """md5('n' || {of} || who) as {role}_name_key, 2 as {role}_name_words, md5('b' || {of} || who) as
    {role}_name_bag_key, md5('a' || {of} || who) as {role}_address_key, 'example.org' as {role}_domain"""
ROWS = {
    "commits": """
        select md5({of} || {unit} || i) || '00000000' as hash, if(i % 9 = 0, 2, 1) as parents, [] as parent_hashes,
            {at} as authored_at, 0 as authored_offset, {at} as committed_at, 0 as committed_offset, {author},
            {committer}, []::varchar[] as co_author_name_keys, []::varchar[] as co_author_address_keys,
            false as revert, md5({unit} || i) as subject_key
        from (select i, (sqrt(hash({unit}, i) % 1000000) * {people} / 1000)::int as who from range({rows}) r(i))""",
    "messages": """
        select md5({of} || i) as message_id_key, md5('c' || {of} || i) as content_key, {at} as sent_at,
            0 as sent_offset, 'date' as date_quality, {at} as claimed_at, {at} as arrived_at,
            date_trunc('month', {at})::date as archive_month, {sender}, 'given' as sender_quality,
            md5({of} || 's' || i // 5) as subject_key, i % 5 > 0 as is_reply,
            if(i % 5 > 0, md5({of} || (i - 1)), null) as in_reply_to_key,
            if(i % 5 > 0, [md5({of} || (i - 1))], []) as reference_keys, 2000::bigint as size, 'human' as class
        from (select i, (sqrt(hash({of}, i) % 1000000) * {people} / 1000)::int as who from range({rows}) r(i))
        order by sent_at""",
}  # fmt: skip
FILE = """name = "{slug}"
homepage = "https://{slug}.example.org/"
born = {since}

[[sources]]
name = "core"
kind = "git"
urls = [{urls}]
since = {since}
why = "Invented."

[[sources]]
name = "dev"
kind = "pipermail"
urls = ["https://lists.example.org/{slug}/"]
address = "{slug}@lists.example.org"
since = {since}
why = "Invented."
"""


def land_communities(
    where: Folders, communities: int, repositories: int, commits: int, messages: int, years: int
) -> None:
    """Declare so many communities and land their observations; what lies there already is landed anew."""
    where.communities.mkdir(parents=True, exist_ok=True)
    since = END.replace(year=END.year - years)
    with duckdb.connect() as con:
        for slug in (f"c{number:05}" for number in range(communities)):
            units = [f"{slug}/r{number:03}" for number in range(repositories)]
            urls = ", ".join(f'"git+https://forge.example.org/{unit}"' for unit in units)
            (where.communities / f"{slug}.toml").write_text(FILE.format(slug=slug, since=since, urls=urls))
            for unit in units:
                _land(where, slug, unit, COMMITS, rows(con, "commits", slug, unit, commits, years))
            months = rows(con, "messages", slug, "", messages, years)
            for month, of_month in _by_month(months):
                _land(where, slug, month, MESSAGES, of_month)


def rows(con: duckdb.DuckDBPyConnection, kind: str, slug: str, unit: str, how_many: int, years: int) -> pa.Table:
    """Invent so many commits of a repository, or messages of a list, spread evenly over the years."""
    begin = END.replace(year=END.year - years)
    facts = {"of": f"'{slug}'", "unit": f"'{unit}'", "rows": how_many, "people": how_many // 40 + 5,
             "at": SPAN.format(begin=begin, rows=how_many, years=years)}  # fmt: skip
    people = {role: PERSON.format(role=role, **facts) for role in ("author", "committer", "sender")}
    schema = COMMITS if kind == "commits" else MESSAGES
    found = con.sql(ROWS[kind].format(**facts, **people)).to_arrow_table()
    missing = [name for name in schema.names if name not in found.column_names]
    for name in missing:
        found = found.append_column(name, pa.nulls(len(found), schema.field(name).type))
    return found.select(schema.names).cast(schema)


def _by_month(messages: pa.Table) -> list[tuple[str, pa.Table]]:
    months = [day.strftime("%Y-%m") for day in messages["archive_month"].to_pylist()]
    begins = [i for i, month in enumerate(months) if i == 0 or months[i - 1] != month]
    ends = [*begins[1:], len(months)]
    return [(months[begin], messages.slice(begin, end - begin)) for begin, end in zip(begins, ends, strict=True)]


def _land(where: Folders, slug: str, unit: str, schema: pa.Schema, table: pa.Table) -> None:
    kind, source = ("git", "core") if schema is COMMITS else ("pipermail", "dev")
    visit = Visit(
        slug, source, kind, unit, f"https://example.org/{unit}", SEEN, Verdict.OK, key_id="k1", reader="git/3"
    )
    land(where, Harvest(visit, 0.0, schema, table.to_batches(), []))


def add_commit(where: Folders, slug: str, unit: str, commits: int, years: int) -> None:
    """Land a repository anew, with a commit more."""
    with duckdb.connect() as con:
        table = rows(con, "commits", slug, unit, commits, years)
        news = rows(con, "commits", slug, f"{unit}/news", 1, 1)
    _land(where, slug, unit, COMMITS, pa.concat_tables([news, table]))


def main() -> None:
    """Land what the arguments ask for."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/synthetic.py", description=__doc__.splitlines()[0])
    top.add_argument("data", type=Path)
    for name in ("communities", "repositories", "commits", "messages", "years"):
        top.add_argument(name, type=int)
    asked = vars(top.parse_args())
    data = asked.pop("data").resolve()
    land_communities(Folders(data, data / "communities", data / "site"), **asked)


if __name__ == "__main__":
    main()
