"""Fill the schema raw: the catalogue, visits, harvests, published figures and the method."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.catalogue.count_pages import KINDS, unit_without_day
from pipelines.folders import Folders
from pipelines.model import Community, Fact, Plan, Source, Visit

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.catalogue.history import Figure
    from pipelines.catalogue.measures import Measure
    from pipelines.landing.store import DamagedFile, StoredUnit
    from pipelines.privacy.decisions import NeverMerge, OptOut
    from pipelines.ranking.method import Method
    from pipelines.rules.bots_mail import Rule
from pipelines.warehouse.tables import literal, write_comments

EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Inputs:
    """Everything that a build reads: equal inputs give equal tables, but for `built_at`."""

    units: "list[StoredUnit]"
    damaged: "list[DamagedFile]"
    visits: list[Visit]
    plans: list[Plan]
    communities: Sequence[Community]
    figures: "list[Figure]"
    method: "Method"
    never_merge: "list[NeverMerge]"
    withheld: "list[OptOut]"
    retired_keys: list[tuple[str, date]]
    measures: "dict[str, Measure]"
    today: date
    shows: str | None

    @property
    def usable(self) -> "list[StoredUnit]":
        """The units that are read under a key of today: under two keys one person would be two."""
        retired = dict(self.retired_keys)
        return [unit for unit in self.units if unit.visit.key_id not in retired]

    @property
    def sha256(self) -> str:
        """Checksum over catalogue, units, method, measures, figures and harvests; tonight's visits are not in it."""
        held = (replace(unit.visit, seen_at=datetime.min, seconds=None) for unit in self.units)
        listed = [(plan.community, plan.source, plan.units) for plan in self.plans]
        judged = (repr(self.measures), repr(self.never_merge), repr(self.withheld), repr(self.retired_keys))
        facts = (repr(self.communities), repr(self.figures), repr(listed), *judged)
        texts = (self.method.sha256, *facts, *map(repr, held))
        return sha256("\n".join(texts).encode()).hexdigest()


def read_inputs(where: Folders, communities: Sequence[Community], today: date, shows: str | None = None) -> Inputs:
    """Read what a build would be made of; raises HistoryError for a wrong line of data/history, and NeverMergeError.

    Files of observations that cannot be read are listed apart and left out.
    """
    from pipelines.catalogue import history, measures
    from pipelines.landing import store
    from pipelines.landing.store import StoredUnit, read_unit, stored_files
    from pipelines.landing.visits import read_plans, read_visits
    from pipelines.privacy import decisions
    from pipelines.ranking import method

    known = {(s.community, s.name) for c in communities for s in c.sources if s.enabled}
    files = [read_unit(path) for path in stored_files(where.observations)]
    held = (unit for unit in files if isinstance(unit, StoredUnit))
    return Inputs(
        units=[unit for unit in held if _of(unit.visit) in known],
        damaged=[file for file in files if isinstance(file, store.DamagedFile)],
        visits=[visit for visit in read_visits(where.visits) if _of(visit) in known],
        plans=[plan for plan in read_plans(where.visits) if _of(plan) in known],
        communities=communities,
        figures=history.load(where.history, [c.slug for c in communities]),
        method=method.load(),
        never_merge=decisions.never_merge(where, [c.slug for c in communities]),
        withheld=decisions.opted_out(where),
        retired_keys=decisions.rotated_keys(where),
        measures=measures.load(),
        today=today,
        shows=shows,
    )


def load_raw(con: duckdb.DuckDBPyConnection, given: Inputs) -> None:
    """Fill the schema raw: the catalogue, the visits, what is held, what others published, and the method."""
    from pipelines.catalogue import history, platform_facts
    from pipelines.privacy import decisions
    from pipelines.rules import bots_commits, bots_mail

    sources = [s for c in given.communities for s in c.sources if s.enabled]
    held = [unit.visit for unit in given.usable]
    visits = {(_of(v), v.unit, v.seen_at): v for v in [*given.visits, *held]}
    others = [unit.visit for unit in given.units if unit not in given.usable]
    positions = {key: i for i, key in enumerate(dict.fromkeys(_declared(sources, given.plans)))}
    method = given.method
    _table(con, RAW["communities"], [(c.slug, c.name, c.homepage, c.born, c.registered) for c in given.communities])
    _table(con, RAW["sources"], [_source_row(s) for s in sources])
    _table(con, RAW["release_dates"], [(c.slug, *astuple(d)) for c in given.communities for d in c.release_dates])
    _table(con, RAW["facts"], [_fact_row(c.slug, i, f) for c in given.communities for i, f in enumerate(c.facts)])
    _table(con, RAW["image_formats"], [astuple(each) for each in platform_facts.formats()])
    _table(con, RAW["declared_units"], [(*key, i) for key, i in positions.items()])
    _table(con, RAW["units"], [_visit_row(v) for v in held])
    _table(con, RAW["visits"], [_visit_row(v) for v in visits.values()])
    _table(con, RAW["tags"], list(_tag_rows(given.usable)))
    _table(con, RAW["history"], history.rows(given.figures))
    _table(con, RAW["machine_rules"], [_rule_row(rule) for rule in bots_mail.load().rules])
    _table(con, RAW["never_merge"], [decisions.row(one) for one in given.never_merge])
    _table(con, RAW["retired_keys"], list(given.retired_keys))
    _table(con, RAW["other_keys"], [_visit_row(v) for v in others])
    _table(con, WITHHELD, [decisions.row(one) for one in given.withheld])
    known = given.measures.values()
    _table(con, RAW["measures"], [_measure_row(measure) for measure in known])
    _table(con, RAW["measure_breaks"], [(m.name, *astuple(each)) for m in known for each in m.breaks])
    _table(con, RAW["measure_names"], [(m.name, *astuple(each)) for m in known for each in m.published])
    _table(con, RAW["commit_rules"], bots_commits.rows())
    _table(con, RAW["machine_measurements"], [astuple(each) for each in bots_mail.measured()])
    build = (_now(), given.today, method.last_complete_month(given.today), method.version, method.sha256,
             given.sha256, given.shows)  # fmt: skip
    _table(con, RAW["build"], [build])
    _table(con, FAMILIES, [tuple(f[k] for k in FAMILIES.keys) for f in method.families])
    _table(con, METHOD, [tuple(m[k] for k in METHOD.keys) for m in method.metrics])
    rules = ", ".join(f"{literal(value)} as {name}" for name, value in method.rules.items())
    con.execute(f"create table rankings.rules as select {rules}")
    _harvests(con, given, positions)


def _harvests(con: duckdb.DuckDBPyConnection, given: Inputs, positions: Mapping[tuple[str, str, str], int]) -> None:
    """Lay a view over the Parquet files of each schema, with the unit that each row came from.

    A column that an older reader did not write is NULL.
    """
    from pipelines.landing.schemas import SCHEMAS

    rows = [
        (str(path), *_of(v), v.unit, positions.get((*_of(v), v.unit), 1_000_000 + i), _naive(v.seen_at))
        for i, (path, v, _, _) in enumerate(given.usable)
    ]
    _table(con, HARVESTS, rows)
    for name, schema in SCHEMAS.items():
        paths = ", ".join(literal(str(path)) for path, _, rows, _ in given.usable if rows == name)
        files = _empty_relation(con, name, schema)
        if paths:
            read = f"from read_parquet([{paths}], filename = true, union_by_name = true)"
            files = f"({read} union all by name from {files})"
        con.execute(
            f"create {relation_kind(name)} raw.{name} as "
            "select community, source, unit, position, seen_at, c.* exclude (filename) "
            f"from {files} c join raw.harvests h on h.file = c.filename"
        )
    _domains(con)


def _domains(con: duckdb.DuckDBPyConnection) -> None:
    """Say of each mail domain in the harvests which organisation it is evidence of."""
    from pipelines.rules import organisations

    found = con.execute(
        "select distinct author_domain from raw.commits where author_domain is not null "
        "union select distinct sender_domain from raw.messages where sender_domain is not null"
    ).fetchall()
    _table(con, DOMAINS, [*organisations.rows(domain for (domain,) in found)])


def relation_kind(name: str) -> str:
    """Return what is laid over the files of a schema: counts have one for each page and day, which are opened once."""
    return "table" if name == "counts" else "view"


def _empty_relation(con: duckdb.DuckDBPyConnection, name: str, schema: "pa.Schema") -> str:
    """Make a table without rows for a schema of which nothing is held; return its name."""
    con.register("nothing", schema.empty_table())
    times = [f"{field.name}::timestamp as {field.name}" for field in schema if str(field.type).startswith("timestamp")]
    as_in_parquet = f" replace ({', '.join(times)})" if times else ""
    con.execute(f"create table raw.no_{name} as select *{as_in_parquet}, '' as filename from nothing")
    return f"raw.no_{name}"


def _of(about: Visit | Plan) -> tuple[str, str]:
    return about.community, about.source


def _declared(sources: Iterable[Source], plans: Iterable[Plan]) -> Iterator[tuple[str, str, str]]:
    """Yield the units that the catalogue names, then those of the lists that it names."""
    from pipelines.catalogue.urls import units

    yield from ((s.community, s.name, unit) for s in sources for unit in units(s))
    yield from ((*_of(plan), unit) for plan in plans for unit in plan.units)


def _source_row(source: Source) -> tuple[Any, ...]:
    facts = asdict(source) | {"source": source.name, "urls": list(source.urls)}
    facts["not_releases"] = list(source.not_releases)
    facts["counts_only"] = source.kind in KINDS
    return tuple(facts[key] for key in RAW["sources"].keys)


def _fact_row(community: str, position: int, fact: Fact) -> tuple[Any, ...]:
    from pipelines.catalogue import platform_facts

    facts = asdict(fact) | {"community": community, "position": position, "era": platform_facts.period_of(fact.as_of)}
    facts |= {"said": list(fact.values) or [fact.text], "said_of": fact.as_of}
    at_least, at_most = fact.per_year or (None, None)
    facts |= {"per_year_at_least": at_least, "per_year_at_most": at_most}
    return tuple(facts[key] for key in RAW["facts"].keys)


def _visit_row(visit: Visit) -> tuple[Any, ...]:
    facts = asdict(visit) | {
        "seen_at": _naive(visit.seen_at),
        "verdict": str(visit.verdict),
        "page": unit_without_day(visit),
    }
    return tuple(facts[key] for key in RAW["visits"].keys)


def _tag_rows(units: "Iterable[StoredUnit]") -> Iterator[tuple[Any, ...]]:
    for _, visit, _, tags in units:
        for tag in tags:
            yield (*_of(visit), visit.unit, tag["tag"], tag["hash"], _moment(tag["seconds"]), tag["dated_by"])


def _rule_row(rule: "Rule") -> tuple[Any, ...]:
    header = f"header {rule.header}{f': {rule.value}' if rule.value else ''}" if rule.header else ""
    places = f"addresses of {rule.host}" if rule.host else ", ".join(rule.addresses)
    account = f"accounts {', '.join(rule.accounts)} of a forum" if rule.accounts else ""
    posts = f"post_type {', '.join(map(str, rule.post_types))}" if rule.post_types else ""
    condition = header or places or account or posts or f"subject {rule.subject.strip()}"
    return rule.id, rule.kind, condition, rule.evidence, rule.reviewed


def _measure_row(measure: "Measure") -> tuple[Any, ...]:
    return astuple(measure)[: len(RAW["measures"].keys)]


def _moment(seconds: str | int | None) -> datetime | None:
    """Return the UTC time of a tag; None where git has none, or one that no calendar holds."""
    try:
        return None if seconds is None else EPOCH + timedelta(seconds=int(seconds))
    except OverflowError:
        return None


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _now() -> datetime:
    return _naive(datetime.now(UTC)).replace(microsecond=0)


@dataclass(frozen=True)
class RawTable:
    """A table that Python fills: its name, sentence, and columns as (name, type, comment)."""

    name: str
    sentence: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def keys(self) -> list[str]:
        """The names of the columns."""
        return [name for name, _, _ in self.columns]


_VISIT_COLUMNS = (
    ("community", "varchar", "slug of the community"),
    ("source", "varchar", "name of the source within the community"),
    ("kind", "varchar", "software of the source"),
    ("unit", "varchar", "what was visited: a repository (owner/name) or a file; empty for a list of repositories"),
    ("page", "varchar", "the unit without its day, where the unit is the counts of a day: what is visited every night"),
    ("url", "varchar", "where it was visited"),
    ("seen_at", "timestamp", "when, UTC"),
    ("verdict", "varchar", "ok, unchanged, empty, partial, failed, refused or gone"),
    ("reason", "varchar", "why, where the verdict is not good"),
    ("observations", "bigint", "rows held after the visit; NULL where nothing could be counted"),
    ("seconds", "double", "how long the visit took, seconds"),
    (
        "checksum",
        "varchar",
        "the state that was read: SHA-256 over all refs or of the file; the last id of a block of posts",
    ),
    ("reader", "varchar", "reader and version"),
    ("key_id", "varchar", "name of the pseudonym key"),
    ("note", "varchar", "what else was noticed, such as a server that ignores the filter"),
)


_SOURCE_COLUMNS = (
    ("community", "varchar", "slug of the community"),
    ("source", "varchar", "name of the source within the community"),
    ("kind", "varchar", "software of the source"),
    ("urls", "varchar[]", "what is visited"),
    ("since", "date", "first day on which it can hold activity"),
    ("until", "date", "last such day; NULL while it lives"),
    ("why", "varchar", "why the source is in the catalogue"),
    ("copy_of", "varchar", "the source, as community/name, of which it is the same list, seen at another place"),
    ("continues", "varchar", "the source, as community/name, that it goes on from"),
    ("continued_by", "varchar", "the source that goes on from it"),
    ("evidence", "varchar", "how one knows of a source that cannot be read"),
    (
        "counts_only",
        "boolean",
        "it states counts of single days and nothing else, so it has no months: see core.counts",
    ),
    ("snapshot", "boolean", "a frozen copy, which proves nothing after its newest commit"),
    ("releases", "varchar", "rule: a tag is a release if its whole name matches; the group is the version"),
    ("not_releases", "varchar[]", "rules: a tag whose whole name matches one of these is no release"),
)


_UNIT = (
    ("community", "varchar", "slug of the community"),
    ("source", "varchar", "name of the source within the community"),
)


RAW = {
    "communities": RawTable("raw.communities", "One row per community of the catalogue.", (
        ("community", "varchar", "slug of the community, the name of its file"),
        ("name", "varchar", "how it writes itself"),
        ("homepage", "varchar", "its page"),
        ("born", "date", "when it became public"),
        ("registered", "varchar", "measure by which its official members are counted; NULL where nobody counts them"),
    )),
    "sources": RawTable("raw.sources", "One row per source that is switched on in the catalogue.", _SOURCE_COLUMNS),
    "release_dates": RawTable("raw.release_dates", "One row per version whose day of release the catalogue states.", (
        ("community", "varchar", "slug of the community"),
        ("version", "varchar", "the version"),
        ("day", "date", "the day on which it came out, UTC"),
        ("stated_by", "varchar", "who states that"),
    )),
    "facts": RawTable("raw.facts", "One row per statement of the catalogue about a platform.", (
        ("community", "varchar", "slug of the community"),
        ("position", "integer", "place in the community file, from 0"),
        ("topic", "varchar", "what it is about, of a closed list: origin, licence, hypervisors ..."),
        ("era", "varchar", "2013 (what is said of the years before 2015) or today; NULL where it is true of all times"),
        ("said_of", "varchar", "year, month or day of which it is said; NULL where it is true of all times"),
        ("said", "varchar[]", "what is said, value by value, or as one sentence"),
        ("version", "varchar", "the release that it is about"),
        ("day", "date", "the day on which that is said to have come out"),
        ("per_year_at_least", "double", "how many new lines of versions a year the stated cadence means, at least"),
        ("per_year_at_most", "double", "the same at most"),
        ("confirmed", "boolean", "false: general knowledge that nobody has confirmed"),
        ("talk_said", "varchar", "what the founding talk said otherwise"),
        ("source", "varchar", "where it is said: repository and file, or page"),
        ("url", "varchar", "address of that page"),
        ("note", "varchar", "what has to be known beside it"),
    )),
    "image_formats": RawTable("raw.image_formats", "One row per image format that facts may name.", (
        ("name", "varchar", "the format as facts write it"),
        ("meaning", "varchar", "what it is, in one sentence"),
        ("source", "varchar", "where that is said"),
    )),
    "declared_units": RawTable("raw.declared_units", "One row per unit that the catalogue names, or a list of it.", (
        *_UNIT,
        ("unit", "varchar", "repository as owner/name, or a file"),
        ("position", "integer", "place in the catalogue: of a commit in two repositories the first one counts"),
    )),
    "units": RawTable("raw.units", "One row per unit that is held, with the visit that brought it.", _VISIT_COLUMNS),
    "visits": RawTable("raw.visits", "One row per visit ever made to a source that is switched on.", _VISIT_COLUMNS),
    "tags": RawTable("raw.tags", "One row per tag that leads to a commit, as the repository has it now.", (
        *_UNIT,
        ("repository", "varchar", "owner/name"),
        ("tag", "varchar", "name of the tag"),
        ("hash", "varchar", "the commit it leads to"),
        ("tagged_at", "timestamp", "its date, UTC; NULL where git has none"),
        ("dated_by", "varchar", "whose date that is: the annotated tag's, or the commit's"),
    )),
    "history": RawTable("raw.history", "One row per figure of data/history: published by others, or measured by us.", (
        ("community", "varchar", "slug of the community"),
        ("metric", "varchar", "what was counted; ours where the definition is one of metrics.definitions"),
        ("definition", "varchar", "one sentence that says what was counted"),
        ("period", "varchar", "day, month, quarter or year that was counted"),
        ("value", "double", "the figure"),
        ("quality", "varchar", "measured (by us), counted by others, stated, or read from a chart"),
        ("source", "varchar", "where it stands"),
        ("month", "date", "first day of the period where that is a month"),
        ("file", "varchar", "file of data/history"),
    )),
    "machine_rules": RawTable("raw.machine_rules", "One row per reviewed rule that tells the mail of machines.", (
        ("id", "varchar", "name of the rule"),
        ("class", "varchar", "what it tells: tracker, review, build, commit, announcement, auto-reply, system, unsure"),
        ("condition", "varchar", "the one thing it looks at"),
        ("evidence", "varchar", "how one knows"),
        ("reviewed", "date", "when that was looked at"),
    )),
    "commit_rules": RawTable("raw.commit_rules", "One row per reviewed rule that tells commits of machines.", (
        ("id", "varchar", "name of the rule, as in core.commits.automated_rule"),
        ("condition", "varchar", "the one thing it looks at"),
        ("evidence", "varchar", "how one knows"),
        ("reviewed", "date", "when that was looked at"),
    )),
    "retired_keys": RawTable("raw.retired_keys", "One row per pseudonym key that was rotated (stackrank rotate).", (
        ("key_id", "varchar", "name of the key"), ("since", "date", "day on which it was rotated"),
    )),
    "other_keys": RawTable("raw.other_keys", "One row per unit that is held under a retired key only: it is left out.",
                          _VISIT_COLUMNS),
    "never_merge": RawTable("raw.never_merge", "One row per merge of accounts that a person has declared wrong.", (
        ("community", "varchar", "slug of the community"),
        ("key_id", "varchar", "name of the pseudonym key under which the fingerprints hold"),
        ("evidence", "varchar", "what merges nobody any more (core.identity_ledger); NULL where accounts are named"),
        ("one", "varchar", "an account: what it shares with the other one merges nobody any more"),
        ("other", "varchar", "the other account"),
        ("why", "varchar", "why the merge is wrong"),
        ("decided", "date", "when that was decided"),
    )),
    "measures": RawTable("raw.measures", "One row per measure: what a dated count counts.", (
        ("measure", "varchar", "name of the measure"),
        ("kind", "varchar", "registered, subscribed, active, committing or attention; these are never added up"),
        ("told_by", "varchar", "kind of source that states it"),
        ("unit", "varchar", "what is counted, in a word"),
        ("definition", "varchar", "one sentence that says what is counted"),
        ("comparable", "boolean", "counts of two communities mean the same"),
    )),
    "measure_breaks": RawTable("raw.measure_breaks", "One row per day on which what a measure counts changed.", (
        ("measure", "varchar", "name of the measure"),
        ("community", "varchar", "slug of the community whose counts changed their meaning"),
        ("day", "date", "the day from which on that holds"),
        ("change", "varchar", "what changed"),
    )),
    "measure_names": RawTable("raw.measure_names", "One row per name that a measure has in raw.history.", (
        ("measure", "varchar", "name of the measure"),
        ("metric", "varchar", "what raw.history calls it"),
        ("definition", "varchar", "the definition that it has there"),
    )),
    "machine_measurements": RawTable("raw.machine_measurements", "One row per list and kind of sender: how right"
        " raw.machine_rules are on real messages that were labelled.", (
        ("list", "varchar", "name of the list"),
        ("system", "varchar", "archive system that served the mailbox"),
        ("kind", "varchar", "machine (all kinds together), or a class of raw.machine_rules"),
        ("messages", "integer", "messages of the list that were labelled, by tests/labelling/RULES.md"),
        ("labelled", "integer", "of those, messages that the labels call of this kind"),
        ("told", "integer", "of those, messages that the rules call so"),
        ("agreed", "integer", "of those, messages that both do"),
        ("read", "integer", "messages of the list that were read by eye"),
        ("measured", "date", "when"),
    )),
    "build": RawTable("raw.build", "One row about this database.", (
        ("built_at", "timestamp", "when it was built, UTC"),
        ("today", "date", "the day it was built for"),
        ("last_complete_month", "date", "first day of the newest month that is ranked"),
        ("method_version", "varchar", "version of the ranking method"),
        ("method_sha256", "varchar", "checksum of its specification"),
        ("inputs_sha256", "varchar", "checksum over catalogue, method, published figures and harvests"),
        ("shows", "varchar", "what the demo shows; NULL for real data"),
    )),
}  # fmt: skip


HARVESTS = RawTable("raw.harvests", "One row per Parquet file that was loaded.", (
    ("file", "varchar", "path"), *_UNIT, ("unit", "varchar", "what was visited"),
    ("position", "integer", "place in the catalogue"), ("seen_at", "timestamp", "when it was harvested, UTC"),
))  # fmt: skip


DOMAINS = RawTable("raw.domains", "One row per mail domain that commits or messages carry.", (
    ("domain", "varchar", "the domain"),
    ("organisation", "varchar", "its registrable domain; NULL where it says nothing of one: free mail, forges"),
))  # fmt: skip


WITHHELD = RawTable("raw.withheld", "One row per person who asked to be left out.", (
    ("key_id", "varchar", "name of the pseudonym key"),
    ("address_key", "varchar", "fingerprint of an address of theirs"),
    ("since", "date", "since when"),
))  # fmt: skip


FAMILIES = RawTable("rankings.families", "One row per family of metrics that the ranking weighs.", (
    ("family", "varchar", "talk, code or people"),
    ("weight", "double", "its share of overall"),
    ("reference", "varchar", "whose levels are index 100"),
))  # fmt: skip


METHOD = RawTable("rankings.method", "One row per metric that the ranking weighs.", (
    ("metric", "varchar", "name of the metric"),
    ("family", "varchar", "talk, code or people"),
    ("weight", "double", "weight within overall; those of all metrics add up to 1"),
    ("family_weight", "double", "weight within the family; those of a family add up to 1"),
    ("offset", "double", "added to level and reference: one typical active person-month"),
    ("reference", "double", "level of the reference panel, a month"),
    ("coverage_exponent", "double", "a month seen in part is divided by its coverage to this power"),
    ("tells_size", "boolean", "it tells how many people a month there are"),
))  # fmt: skip


def _table(con: duckdb.DuckDBPyConnection, table: RawTable, rows: list[tuple[Any, ...]]) -> None:
    """Make a table from Python rows."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind, _ in table.columns)
    con.execute(f"create table {table.name} ({columns})")
    appender = con.appender(f"built.{table.name}")
    for row in rows:
        appender.append_row(*row)
    appender.flush()
    write_comments(con, table.name, table.sentence, {name: text for name, _, text in table.columns})
