"""Fill the schema raw: the catalogue, visits, harvests, published figures and the method."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.catalogue.count_pages import KINDS, unit_without_day
from pipelines.folders import Folders
from pipelines.model import Community, Fact, Plan, Source, Verdict, Visit

if TYPE_CHECKING:
    from pipelines.catalogue.history import Figure
    from pipelines.catalogue.measures import Measure
    from pipelines.landing.stored import DamagedFile, StoredUnit
    from pipelines.privacy.decisions import NeverMerge, OptOut
    from pipelines.ranking.method import Method
    from pipelines.rules.bots_mail import Measured, Rule
from pipelines.warehouse.tables import literal

EPOCH = datetime(1970, 1, 1)
REASON_CODES = {
    Verdict.SHRUNK: "fewer_rows_than_stored",
    Verdict.FAILED: "not_fetched",
    Verdict.REFUSED: "not_let_in",
    Verdict.GONE: "not_there",
}
"""Why a visit did not go well, as a code; its `reason` says it in a sentence."""

Row = dict[str, Any]
"""A row of a declared table: values by the names of its columns; it may know more."""


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
    opted_out: "list[OptOut]"
    rotated_keys: list[tuple[str, date]]
    measures: "dict[str, Measure]"
    today: date
    shows: str | None
    key_id: str | None = None

    @cached_property
    def usable(self) -> "list[StoredUnit]":
        """The units that were read under one key: under two keys one person would count as two.

        It is the present key, or where nothing was read under it the one that was used last. It is no rotated one.
        """
        units = sorted(self.units, key=lambda unit: unit.visit.seen_at)
        used = [key for unit in units if (key := unit.visit.key_id) and key not in dict(self.rotated_keys)]
        chosen = self.key_id if self.key_id in used else next(reversed(used), None)
        return [unit for unit in self.units if unit.visit.key_id in (None, chosen)]

    @property
    def sha256(self) -> str:
        """Checksum over catalogue, units, method, measures, figures and harvests, without the visits of this run."""
        held = (replace(unit.visit, seen_at=datetime.min, seconds=None, run="") for unit in self.units)
        listed = [(plan.community, plan.source, plan.units) for plan in self.plans]
        judged = (repr(self.measures), repr(self.never_merge), repr(self.opted_out), repr(self.rotated_keys))
        facts = (repr(self.communities), repr(self.figures), repr(listed), *judged)
        texts = (self.method.sha256, *facts, *map(repr, held))
        return sha256("\n".join(texts).encode()).hexdigest()


def read_inputs(where: Folders, communities: Sequence[Community], today: date, shows: str | None = None) -> Inputs:
    """Read what a build would be made of; raises WrongFileError for a mistake in one of our files.

    Files of observations that cannot be read are listed apart and left out. So is a repository that was replaced in its
    source. A source that was switched off keeps what it had.
    """
    from pipelines.catalogue import history, measures
    from pipelines.landing.stored import DamagedFile, StoredUnit, read_unit, stored_files
    from pipelines.landing.undeclared import is_replaced
    from pipelines.landing.visits import read_plans, read_visits
    from pipelines.privacy import decisions, pseudonyms
    from pipelines.ranking import method

    decisions.give_ids(where)
    files = [read_unit(path) for path in stored_files(where.observations)]
    held = [unit for unit in files if isinstance(unit, StoredUnit)]
    known = _shown(communities, {_of(unit.visit) for unit in held})
    return Inputs(
        units=[
            unit for unit in held if (source := known.get(_of(unit.visit))) and not is_replaced(source, unit.visit.unit)
        ],
        damaged=[file for file in files if isinstance(file, DamagedFile)],
        visits=[visit for visit in read_visits(where.visits) if _of(visit) in known],
        plans=[plan for plan in read_plans(where.visits) if _of(plan) in known],
        communities=communities,
        figures=history.load(where.history, [c.slug for c in communities]),
        method=method.load(),
        never_merge=decisions.never_merge(where, [c.slug for c in communities]),
        opted_out=decisions.opted_out(where),
        rotated_keys=decisions.rotated_keys(where),
        measures=measures.load(),
        today=today,
        shows=shows,
        key_id=pseudonyms.present_key_id(),
    )


def _shown(communities: Sequence[Community], held: set[tuple[str, str]]) -> dict[tuple[str, str], Source]:
    """Return the sources that the database has: those that are switched on, and of the others what is held."""
    sources = {(s.community, s.name): s for c in communities for s in c.sources}
    return {name: source for name, source in sources.items() if source.enabled or name in held}


def load_raw(con: duckdb.DuckDBPyConnection, given: Inputs) -> None:
    """Fill the declared tables, which are empty: catalogue, visits, rules, method; lay views over the harvests."""
    loaded = {**_catalogue(given), **_visited(given), **_judged(given), **_method(given)}
    for name, rows in loaded.items():
        insert_rows(con, name, rows)
    _harvests(con, given)


def insert_rows(con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row]) -> None:
    """Fill a declared table by the names of its columns; what a row has beside them is left out.

    Raises KeyError for a row that lacks a column.
    """
    import pyarrow as pa

    schema = con.sql(f"from {name} limit 0").to_arrow_table().schema
    con.register("loaded", pa.table([[row[column] for row in rows] for column in schema.names], schema=schema))
    con.execute(f"insert into {name} by name from loaded")
    con.unregister("loaded")


def _catalogue(given: Inputs) -> dict[str, list[Row]]:
    from pipelines.catalogue import platform_facts, talk_claims

    communities = given.communities
    return {
        "raw.communities": [vars(c) | {"community": c.slug} for c in communities],
        "raw.sources": [_source_row(source) for source in _sources(given)],
        "raw.release_dates": [
            vars(d) | {"community": c.slug, "stated_by": d.source} for c in communities for d in c.release_dates
        ],
        "raw.facts": [_fact_row(c.slug, i, fact) for c in communities for i, fact in enumerate(c.facts)],
        "raw.image_formats": [vars(each) for each in platform_facts.formats()],
        "raw.hypervisors": [
            {"position": i, "name": each.name, "begins": list(each.begins)}
            for i, each in enumerate(platform_facts.hypervisors())
        ],
        "raw.talk_claims": [
            vars(claim) | {"position": i, "check_sql": claim.check} for i, claim in enumerate(talk_claims.claims())
        ],
        "raw.history": [vars(figure) for figure in given.figures],
    }


def _visited(given: Inputs) -> dict[str, list[Row]]:
    held = [unit.visit for unit in given.usable]
    visits = {(_of(v), v.unit, v.seen_at): v for v in [*given.visits, *held]}
    used = {unit.path for unit in given.usable}
    others = [unit.visit for unit in given.units if unit.path not in used]
    return {
        "raw.declared_units": [_unit(*key) | {"position": position} for key, position in _positions(given).items()],
        "raw.units": [_visit_row(visit) for visit in held],
        "raw.visits": [_visit_row(visit) for visit in visits.values()],
        "raw.other_keys": [_visit_row(visit) for visit in others],
        "raw.tags": list(_tag_rows(given.usable)),
        "raw.rotated_keys": [{"key_id": key_id, "since": since} for key_id, since in given.rotated_keys],
    }


def _judged(given: Inputs) -> dict[str, list[Row]]:
    """Return what people have judged: who merges with nobody, who is left out, what is a bot's, what a count counts."""
    from pipelines.rules import bots_commits, bots_mail

    known = given.measures.values()
    return {
        "raw.never_merge": [vars(one) | {"key_id": one.key} for one in given.never_merge],
        "raw.opted_out": [vars(one) | {"key_id": one.key, "accounts": list(one.accounts)} for one in given.opted_out],
        "raw.mail_bot_rules": [_rule_row(rule) for rule in bots_mail.load().rules],
        "raw.mail_bot_measurements": [_measured_row(each) for each in bots_mail.measured()],
        "raw.commit_bot_rules": bots_commits.rows(),
        "raw.measures": [vars(measure) | {"measure": measure.name} for measure in known],
        "raw.measure_breaks": [vars(b) | {"measure": m.name, "change": b.what} for m in known for b in m.breaks],
        "raw.measure_names": [vars(each) | {"measure": m.name} for m in known for each in m.published],
    }


def _method(given: Inputs) -> dict[str, list[Row]]:
    method = given.method
    build = {
        "built_at": _now(),
        "today": given.today,
        "last_complete_month": method.last_complete_month(given.today),
        "method_version": method.version,
        "method_sha256": method.sha256,
        "inputs_sha256": given.sha256,
        "shows": given.shows,
    }
    return {"raw.build": [build], **method_rows(method)}


def method_rows(method: "Method") -> dict[str, list[Row]]:
    """Return the rows of the tables that hold a version of the method."""
    return {
        "rankings.rules": [method.rules],
        "rankings.families": method.families,
        "rankings.method": method.metrics,
        "rankings.correlations": method.correlations,
    }


def _harvests(con: duckdb.DuckDBPyConnection, given: Inputs) -> None:
    """Lay a view over the Parquet files of each schema, in place of its declared table, where there are any.

    A column that an older reader did not write is NULL; one that it named otherwise is read by its former name.
    """
    from pipelines.landing.schemas import SCHEMAS

    insert_rows(con, "raw.harvests", list(_harvest_rows(given)))
    for name in SCHEMAS:
        paths = [literal(str(path)) for path, _, rows, _ in given.usable if rows == name]
        con.execute(f"alter table raw.{name} rename to no_{name}")
        columns = ", ".join(map(_column, con.sql(f"from raw.no_{name} limit 0").columns))
        rows = f"from raw.no_{name} {_of_files(paths)}"
        con.execute(f"create {relation_kind(name)} raw.{name} as select {columns} from ({rows})")
    _domains(con)


def _column(name: str) -> str:
    """Return the SQL of a declared column; `columns` also matches where no file has the former name."""
    from pipelines.landing.schemas import FORMER_NAMES

    if former := FORMER_NAMES.get(name):
        return f"coalesce(*columns('^({name}|{former})$')) as {name}"
    return name


def _of_files(paths: Sequence[str]) -> str:
    """Return the SQL that adds the rows of Parquet files, each with its unit."""
    if not paths:
        return ""
    return (
        "union all by name select community, source, unit, position, seen_at, c.* exclude (filename) "
        f"from read_parquet([{', '.join(paths)}], filename = true, union_by_name = true) c "
        "join raw.harvests h on h.file = c.filename"
    )


def _harvest_rows(given: Inputs) -> Iterator[Row]:
    """Yield the files; units that the catalogue names no more come last."""
    positions = _positions(given)
    for i, (path, visit, _, _) in enumerate(given.usable):
        unit = (*_of(visit), visit.unit)
        position = positions.get(unit, 1_000_000 + i)
        yield _unit(*unit) | {"file": str(path), "position": position, "seen_at": _naive(visit.seen_at)}


def _domains(con: duckdb.DuckDBPyConnection) -> None:
    """Say of each mail domain in the harvests which organisation it is evidence of."""
    from pipelines.rules.organisations import organisation

    found = con.execute(
        "select distinct author_domain from raw.commits where author_domain is not null "
        "union select distinct sender_domain from raw.messages where sender_domain is not null"
    ).fetchall()
    domains = sorted(domain for (domain,) in found)
    insert_rows(con, "raw.domains", [{"domain": domain, "organisation": organisation(domain)} for domain in domains])


def relation_kind(name: str) -> str:
    """Return what is laid over the files of a schema: counts have one for each page and day, which are opened once."""
    return "table" if name == "counts" else "view"


def _of(about: Visit | Plan) -> tuple[str, str]:
    return about.community, about.source


def _unit(community: str, source: str, unit: str) -> Row:
    return {"community": community, "source": source, "unit": unit}


def _sources(given: Inputs) -> list[Source]:
    return list(_shown(given.communities, {_of(unit.visit) for unit in given.units}).values())


def _positions(given: Inputs) -> dict[tuple[str, str, str], int]:
    """Return the place of each unit: those that the catalogue names, then those of the lists that it names."""
    from pipelines.catalogue.urls import units

    named = ((s.community, s.name, unit) for s in _sources(given) for unit in units(s))
    listed = ((*_of(plan), unit) for plan in given.plans for unit in plan.units)
    return {key: i for i, key in enumerate(dict.fromkeys([*named, *listed]))}


def _source_row(source: Source) -> Row:
    return vars(source) | {"source": source.name, "counts_only": source.kind in KINDS}


def _fact_row(community: str, position: int, fact: Fact) -> Row:
    from pipelines.catalogue import platform_facts

    at_least, at_most = fact.per_year or (None, None)
    return vars(fact) | {
        "community": community,
        "position": position,
        "period": platform_facts.period_of(fact.as_of),
        "said_of": fact.as_of,
        "said": list(fact.values) or [fact.text],
        "per_year_at_least": at_least,
        "per_year_at_most": at_most,
    }


def _visit_row(visit: Visit) -> Row:
    return vars(visit) | {
        "seen_at": _naive(visit.seen_at),
        "verdict": str(visit.verdict),
        "reason_code": REASON_CODES.get(visit.verdict),
        "page": unit_without_day(visit),
    }


def _tag_rows(units: "Iterable[StoredUnit]") -> Iterator[Row]:
    for _, visit, _, tags in units:
        for tag in tags:
            at = {"repository": visit.unit, "tagged_at": _moment(tag["seconds"])}
            yield _unit(*_of(visit), visit.unit) | tag | at


def _rule_row(rule: "Rule") -> Row:
    header = f"header {rule.header}{f': {rule.value}' if rule.value else ''}" if rule.header else ""
    places = f"addresses of {rule.host}" if rule.host else ", ".join(rule.addresses)
    account = f"accounts {', '.join(rule.accounts)} of a forum" if rule.accounts else ""
    posts = f"post_type {', '.join(map(str, rule.post_types))}" if rule.post_types else ""
    condition = header or places or account or posts or f"subject {rule.subject.strip()}"
    return vars(rule) | {"class": rule.kind, "condition": condition}


def _measured_row(measured: "Measured") -> Row:
    return vars(measured)


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
