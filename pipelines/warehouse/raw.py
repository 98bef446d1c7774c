"""Fill the declared tables: the catalogue, visits, harvests, published figures, the method, closed editions."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import duckdb

from pipelines.catalogue.count_pages import KINDS, unit_without_day
from pipelines.model import Fact, Source, Verdict, Visit
from pipelines.warehouse.harvests import load_harvests
from pipelines.warehouse.inputs import Inputs, source_of
from pipelines.warehouse.revisions import load_revisions
from pipelines.warehouse.tables import Row, insert_rows

if TYPE_CHECKING:
    from pipelines.landing.stored import StoredUnit
    from pipelines.ranking.method import Method
    from pipelines.rules.bots_mail import Measured, Rule

EPOCH = datetime(1970, 1, 1)
REASON_CODES = {
    Verdict.SHRUNK: "fewer_rows_than_stored",
    Verdict.FAILED: "not_fetched",
    Verdict.REFUSED: "not_let_in",
    Verdict.GONE: "not_there",
}
"""Why a visit did not go well, as a code; its `reason` says it in a sentence."""


def load_raw(con: duckdb.DuckDBPyConnection, given: Inputs, kinds: Collection[str]) -> None:
    """Fill the declared tables, which are empty: catalogue, visits, rules, method; and those of harvests of `kinds`."""
    for loaded in (_communities(given), _catalogue(given), _visited(given), _judged(given), _method(given)):
        _insert(con, loaded)
    load_revisions(con, given.closed)
    load_harvests(con, given.usable, kinds)


def load_communities(con: duckdb.DuckDBPyConnection, given: Inputs, kinds: Collection[str]) -> None:
    """Fill the declared tables that tables of one community read, and and those of harvests of `kinds`."""
    _insert(con, _communities(given))
    load_harvests(con, given.usable, kinds)


def load_domains(con: duckdb.DuckDBPyConnection, commits: str, messages: str) -> None:
    """Say of each mail domain in these two tables which organisation it is evidence of."""
    from pipelines.rules.organisations import organisation

    found = con.execute(
        f"select distinct author_domain from {commits} where author_domain is not null "
        f"union select distinct sender_domain from {messages} where sender_domain is not null"
    ).fetchall()
    domains = sorted(domain for (domain,) in found)
    insert_rows(con, "raw.domains", [{"domain": domain, "organisation": organisation(domain)} for domain in domains])


def _insert(con: duckdb.DuckDBPyConnection, loaded: Mapping[str, Iterable[Row]]) -> None:
    for name, rows in loaded.items():
        insert_rows(con, name, rows)


def _communities(given: Inputs) -> dict[str, list[Row]]:
    return {
        "raw.communities": [vars(c) | {"community": c.slug} for c in given.communities],
        "raw.sources": [_source_row(source, given.method) for source in given.sources],
        "raw.harvests": list(_harvest_rows(given)),
        "raw.corrections": [vars(one) | {"error": one.what} for one in given.corrections],
        "raw.replay_units": [_unit(*key) for key in given.replay_units],
        "raw.never_merge": [vars(one) | {"key_id": one.key} for one in given.never_merge],
        "raw.opted_out": [vars(one) | {"key_id": one.key, "accounts": list(one.accounts)} for one in given.opted_out],
    }


def _catalogue(given: Inputs) -> dict[str, list[Row]]:
    from pipelines.catalogue import platform_facts, talk_claims

    communities = given.communities
    return {
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


def _visited(given: Inputs) -> dict[str, Iterable[Row]]:
    held = [unit.visit for unit in given.usable]
    used = {unit.path for unit in given.usable}
    others = [unit.visit for unit in given.units if unit.path not in used]
    return {
        "raw.declared_units": [_unit(*key) | {"position": position} for key, position in _positions(given).items()],
        "raw.units": [_visit_row(visit) for visit in held],
        "raw.visits": map(_visit_row, all_visits(given)),
        "raw.other_keys": [_visit_row(visit) for visit in others],
        "raw.tags": list(_tag_rows(given.usable)),
        "raw.rotated_keys": [{"key_id": key_id, "since": since} for key_id, since in given.rotated_keys],
    }


def all_visits(given: Inputs) -> Iterator[Visit]:
    """Yield each visit once: those that were logged, source by source, and those that brought what is held."""
    held: dict[tuple[str, str], dict[tuple[str, datetime], Visit]] = {}
    for unit in given.usable:
        held.setdefault(source_of(unit.visit), {})[unit.visit.unit, unit.visit.seen_at] = unit.visit
    for source, logged in groupby(given.visits, source_of):
        yield from ({(v.unit, v.seen_at): v for v in logged} | held.pop(source, {})).values()
    for unlogged in held.values():
        yield from unlogged.values()


def _judged(given: Inputs) -> dict[str, list[Row]]:
    """Return what people have judged: what is a bot's, what a count counts."""
    from pipelines.rules import bots_commits, bots_mail

    known = given.measures.values()
    return {
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


def _harvest_rows(given: Inputs) -> Iterator[Row]:
    """Yield the files; units that the catalogue names no more come last."""
    positions = _positions(given)
    for i, (path, visit, _, _) in enumerate(given.usable):
        unit = (*source_of(visit), visit.unit)
        position = positions.get(unit, 1_000_000 + i)
        yield _unit(*unit) | {"file": str(path), "position": position, "seen_at": _naive(visit.seen_at)}


def _unit(community: str, source: str, unit: str) -> Row:
    return {"community": community, "source": source, "unit": unit}


def _positions(given: Inputs) -> dict[tuple[str, str, str], int]:
    """Return the place of each unit: those that the catalogue names, then those of the lists that it names."""
    from pipelines.catalogue.urls import units

    named = ((s.community, s.name, unit) for s in given.sources for unit in units(s))
    listed = ((*source_of(plan), unit) for plan in given.plans for unit in plan.units)
    return {key: i for i, key in enumerate(dict.fromkeys([*named, *listed]))}


def _source_row(source: Source, method: "Method") -> Row:
    return vars(source) | {
        "source": source.name,
        "counts_only": source.kind in KINDS,
        "list_name": (source.address or "").partition("@")[0] or None,
        "shown_only": method.is_shown_only(source.language, source.audience),
    }


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
        "run": visit.run or None,
    }


def _tag_rows(units: "Iterable[StoredUnit]") -> Iterator[Row]:
    for _, visit, _, tags in units:
        for tag in tags:
            at = {"repository": visit.unit, "tagged_at": _moment(tag["seconds"])}
            yield _unit(*source_of(visit), visit.unit) | tag | at


def _rule_row(rule: "Rule") -> Row:
    return vars(rule) | {"class": rule.kind, "condition": rule.condition}


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
