"""The audit of the method: refits beside frozen constants, the check of the halves, and what would change."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.commands import run_here
from support.pop_method import METHOD
from support.ranking import database
from support.site import published

from flows.audit_text import format_audit
from pipelines.ranking.audit import Audit, audit, refitted
from pipelines.ranking.calibrate import HalfCheck, Refit

MONTHS = [date(2007 + k // 12, k % 12 + 1, 1) for k in range(78)]
CLOUDS = {"alpha": 60.0, "beta": 40.0, "gamma": 12.0}


def months(random):
    """Return bursty months of code, three people and nine commits each of them."""
    return [
        (slug, metric, month, float(random.negative_binomial(times * size / 4, 0.2)), "observed", 1.0, None)
        for slug, size in CLOUDS.items()
        for metric, times in (("code_people", 1), ("commits", 9))
        for month in MONTHS
    ]


@pytest.fixture(scope="module")
def found():
    random = np.random.default_rng(5)
    with database(("monthly", "levels"), months(random), first_ranking=date(2012, 1, 1)) as con:
        con.execute("create table core.commits (community varchar, repository varchar, month date, author_key varchar, "
                    "committed_at timestamp, counted boolean)")  # fmt: skip
        con.execute("insert into core.commits select 'alpha', 'alpha/' || r, m::date, 'p' || (i % 5), "
                    "m + to_days(((i * 7) % 28)::integer), true from range(2) as repositories(r), "
                    "generate_series(timestamp '2007-01-01', timestamp '2013-06-01', interval 1 month) as months(m), "
                    "range(40) as commits(i)")  # fmt: skip
        con.execute("create table core.messages (community varchar, month date, sender_key varchar, sent_at timestamp, "
                    "is_human boolean)")  # fmt: skip
        con.execute("create table raw.history (metric varchar, period varchar, value double)")
        for week in range(40):
            at = date(2012, 1, 2) + timedelta(days=7 * week)
            con.execute(
                "insert into raw.history values (?, ?, ?)", ["postings_week:dev", f"{at}", 50 + 20 * (week % 3)]
            )
        yield audit(lambda sql: con.sql(sql).to_arrow_table())


def test_refits_stand_beside_the_frozen_constants(found):
    refits = {refit.constant: refit for refit in found.refits}
    assert (found.communities, found.repositories, found.months) == (3, 2, len(MONTHS))
    assert (refits["dispersion commits"].frozen, refits["dispersion commits"].units) == (18, 12)
    assert refits["correlation code_people commits"].frozen == 0.60
    assert refits["coverage exponent code_people"].refitted == pytest.approx(0, abs=0.05), "everybody commits often"
    assert np.isnan(refits["memory messages"].refitted)
    assert next((refit.constant, refit.units) for refit in found.weekly) == ("dispersion messages", 3)


def test_halves_are_checked_and_it_is_said_what_would_change(found):
    assert found.checks["code"].windows == 12
    changes = {change.ranking: change for change in found.changes}
    assert changes["code"].editions == 18
    assert changes["talk"].editions == 0
    text = "\n".join(format_audit(found))
    assert "12 windows agree, rms" in text
    assert "too few, 60 are needed" in text
    assert "talk: nobody is ranked" in text
    assert "of 18 editions, then in" in text


def test_refitted_constants_take_the_place_of_those_that_were_found():
    found = [
        Refit("dispersion commits", 18, 9.0, 50),
        Refit("memory commits", 1.5, 2.0, 50),
        Refit("memory code_people", 1.5, np.nan, 0),
        Refit("correlation code_people commits", 0.6, 0.2, 50),
    ]
    method = refitted(METHOD, found)
    assert (method.metric("commits").dispersion, method.metric("code_people").dispersion) == (9.0, 1.3)
    assert (method.memory, method.correlation("commits", "code_people")) == (2.0, 0.2)
    impossible = [Refit("correlation code_people commits", 0.6, -1.0, 50)]
    assert refitted(METHOD, impossible).correlations == METHOD.correlations


def test_an_empty_audit_has_words():
    checks = {"code": HalfCheck(0, np.nan, np.nan), "talk": HalfCheck(70, 0.5, 2.0)}
    text = format_audit(Audit(0, 0, 0, [], [], checks, []))
    assert "no months are held" in text
    assert "code: no whole window" in text
    assert "talk: 0.50 of 70 windows agree, rms 2.00: does not pass" in text


def test_the_command_changes_nothing(once):
    where = published(once)
    before = {path: path.stat().st_mtime_ns for path in where.data.rglob("*")}
    asked = run_here("calibrate", STACKRANK_DATA=str(where.data))
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("what 194 months of 4 communities and 3 repositories give\n")
    assert asked.stdout.endswith("nothing was changed: a changed constant is a new version of the method\n")
    assert {path: path.stat().st_mtime_ns for path in where.data.rglob("*")} == before
