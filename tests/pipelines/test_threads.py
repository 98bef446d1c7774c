"""Messages become threads: by the ids that they name, then by subject; and who answered whom, and when."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import community
from support.database import database
from support.postings import JANUARY, TODAY, land_index, land_month, mailing_list
from support.tables_on_demand import ask, build_tables

from pipelines.warehouse.tables import make_table, read_tables

DAY = datetime(2025, 12, 1, 12)


def mail(name, at=0.0, who="jane", answers=(), references=(), subject=None):
    """One message, `at` days after the first of December 2025; names stand for Message-IDs."""
    sent = (DAY + timedelta(days=at)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    replies = [f"In-Reply-To: <{a}@example.org>" for a in answers]
    replies += [f"References: {' '.join(f'<{r}@example.org>' for r in references)}"] if references else []
    headers = [f"From: {who.title()} Invented <{who}@example.org>", f"Date: {sent}",
               f"Subject: {subject or f'About {name}'}", f"Message-ID: <{name}@example.org>", *replies]  # fmt: skip
    return ("From jane@example.org Mon Dec  1 12:00:00 2025\n" + "\n".join(headers) + "\n\nHello\n\n").encode()


def built(where, **lists):
    """Land each list's months, lists of mails by month, and build."""
    sources = [mailing_list(name) for name in lists]
    for source, months in zip(sources, lists.values(), strict=True):
        land_index(where, source, {month: len(mails) for month, mails in months.items()})
        for month, mails in months.items():
            land_month(where, source, month, *mails)
    build_tables(where, [community("birds", *sources)], TODAY)
    return where


def december(where, *mails):
    return built(where, dev={date(2025, 12, 1): mails})


def threads(where):
    """How many messages and people each thread has, and whether it was answered, the oldest first."""
    rows = ask(
        where, "select messages, people, answered_at is not null from core.threads order by started_at, messages"
    )
    return [tuple(row) for row in rows]


# ---- who belongs together --------------------------------------------------------------------------------------


def test_threads_go_over_months_and_lists_and_a_copy_is_no_second_message(where):
    first = mail("a")
    built(
        where,
        dev={date(2025, 12, 1): [first], JANUARY: [mail("b", 35, "joe", answers=["a"])]},
        users={date(2025, 12, 1): [first], JANUARY: [mail("c", 36, "ann", answers=["b"])]},
    )
    assert threads(where) == [(3, 3, True)]
    assert ask(where, "select value from metrics.threads") == [(1,)]


# ---- against plain Python --------------------------------------------------------------------------------------

(MEMBERS,) = (table for table in read_tables() if table.name == "core.thread_members")
posted = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.booleans(),
        st.sampled_from(["x", "y", None]),
        st.lists(st.integers(0, 20), max_size=3),
        st.sampled_from(["jane", "joe"]),
    ),
    max_size=14,
)


def plainly(rows):
    """The same rules, one message after the other: sets that are merged until nothing changes."""
    whole = {n: {n} for n in range(len(rows))}
    names = [{n, *(100 + p if p >= len(rows) else p for p in parents)} for n, (_, _, _, parents, _) in enumerate(rows)]
    for a in range(len(rows)):
        for b in range(len(rows)):
            reach, grown = set(names[a]), True
            while grown:
                more = set().union(reach, *(known for known in names if known & reach))
                grown, reach = more != reach, more
            if names[b] & reach:
                whole[a].add(b)
    order = sorted(range(len(rows)), key=lambda n: (rows[n][0], f"k{n:03}"))
    rank = {n: i for i, n in enumerate(order)}
    oldest = {n: min(whole[n], key=rank.__getitem__) for n in whole}
    above = {}
    for n in {oldest[n] for n in whole}:
        day, is_reply, subject, _, who = rows[n]
        before = [m for m in order if rows[m][2] == subject and rows[m][0] < day]
        mine = [m for m in order[: rank[n]] if rows[m][2] == subject and rows[m][4] == who and rows[m][0] >= day - 60]
        last = rows[before[-1]] if before else None
        others = last and last[4] != who and (not mine or (not last[1] and last[0] >= day - 3))
        if subject and before and rows[before[-1]][0] >= day - 60 and (is_reply or others):
            above[n] = oldest[before[-1]]

    def top(n):
        return top(above[n]) if n in above else n

    return {f"k{n:03}": f"k{top(oldest[n]):03}" for n in whole}


@pytest.mark.long
@settings(max_examples=60, deadline=None, database=None)
@given(rows=posted, stretch=st.sampled_from([1, 10]), dice=st.randoms())
def test_the_table_is_what_plain_rules_say_in_any_order(rows, stretch, dice):
    rows = [(day * stretch, *rest) for day, *rest in rows]
    with database() as con:
        con.execute("create schema core; create schema raw")
        con.execute("create table raw.sources(community varchar, source varchar, shown_only boolean)")
        con.execute("create table core.postings(community varchar, message_key varchar, sent_at timestamp, "
                    "is_reply boolean, subject_key varchar, in_reply_to_key varchar, "
                    "reference_keys varchar[], sender_key varchar, source varchar)")  # fmt: skip
        for n in dice.sample(range(len(rows)), len(rows)):
            day, is_reply, subject, parents, who = rows[n]
            at = DAY + timedelta(days=day)
            con.execute("insert into core.postings values ('birds', ?, ?, ?, ?, ?, ?, ?, 'dev')",
                        [f"k{n:03}", at, is_reply, subject, f"k{parents[0]:03}" if parents else None,
                         [f"k{p:03}" for p in parents[1:]], who])  # fmt: skip
        make_table(con, MEMBERS)
        found = dict(con.sql("select message_key, thread_key from core.thread_members").fetchall())
    assert found == plainly(rows)


# ---- what is measured ------------------------------------------------------------------------------------------


def value(where, metric, month="2025-12-01"):
    ((value, state),) = ask(
        where, f"select value, state from metrics.monthly where metric = '{metric}' and month = '{month}'"
    )
    return value if state == "observed" else state


@pytest.mark.long
def test_only_another_person_answers(where):
    december(
        where, mail("a"), mail("b", 1, answers=["a"]), mail("c", 2), mail("d", 3, "joe", answers=["c"]),
        mail("e", 4, "joe"),
    )  # fmt: skip
    assert [value(where, m) for m in ("threads", "threads_replied", "reply_people", "messages")] == [3, 1, 1, 5]
    assert value(where, "participation_ratio") == pytest.approx(5 / 3)


@pytest.mark.long
def test_a_month_without_threads_has_none_and_no_ratio(where):
    built(where, dev={date(2025, 12, 1): [mail("a")], JANUARY: [mail("b", 40, "joe", answers=["a"])]})
    assert [value(where, m, "2026-01-01") for m in ("threads", "messages")] == [0, 1]
    assert [value(where, m, "2026-01-01") for m in ("participation_ratio", "time_to_first_response")] == [
        "undefined"
    ] * 2
