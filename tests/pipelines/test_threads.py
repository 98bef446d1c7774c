"""Messages become threads: by the ids that they name, then by subject; and who answered whom, and when."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import ask, community, folders_in
from support.postings import JANUARY, TODAY, land_index, land_month, mailing_list

from pipelines.warehouse.build import build_database
from pipelines.warehouse.tables import read_tables

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
    build_database(where, [community("birds", *sources)], TODAY)
    return where


def december(where, *mails):
    return built(where, dev={date(2025, 12, 1): mails})


def threads(where):
    """How many messages and people each thread has, and whether it was answered, the oldest first."""
    rows = ask(
        where, "select messages, people, answered_at is not null from core.threads order by started_at, messages"
    )
    return [tuple(row) for row in rows]


def sizes(where):
    return [messages for messages, _, _ in threads(where)]


def ways(where):
    return dict(ask(where, "select joined_by, count(*) from core.thread_members group by all"))


# ---- who belongs together --------------------------------------------------------------------------------------


def test_an_answer_joins_by_either_header_and_a_chain_is_one_thread(where):
    december(
        where, mail("a"), mail("b", 1, "joe", answers=["a"]), mail("c", 2, "ann", references=["b"]),
        mail("d", 3, "joe", answers=["c"]), mail("e", 4),
    )  # fmt: skip
    assert threads(where) == [(4, 3, True), (1, 1, False)]
    assert ways(where) == {"first": 2, "references": 3}


def test_two_answers_to_a_message_that_is_lost_belong_together(where):
    december(where, mail("b", 1, references=["lost"]), mail("c", 2, "joe", answers=["lost"]), mail("d", 3, "ann"))
    assert sizes(where) == [2, 1]
    assert ask(where, "select whole from core.threads order by started_at") == [(False,), (True,)]


def test_references_bridge_a_message_that_is_lost_in_the_middle(where):
    december(where, mail("a"), mail("c", 2, "joe", references=["a", "lost"]), mail("d", 3, "ann", answers=["lost"]))
    assert sizes(where) == [3]


def test_threads_go_over_months_and_lists_and_a_copy_is_no_second_message(where):
    first = mail("a")
    built(
        where,
        dev={date(2025, 12, 1): [first], JANUARY: [mail("b", 35, "joe", answers=["a"])]},
        users={date(2025, 12, 1): [first], JANUARY: [mail("c", 36, "ann", answers=["b"])]},
    )
    assert threads(where) == [(3, 3, True)]
    assert ask(where, "select value from metrics.threads") == [(1,)]


@pytest.mark.parametrize(("days", "subject", "together"), [
    (59, "Re: The roof", True), (61, "Re: The roof", False), (1, "The roof", True), (1, "RE: [dev] the  roof", True),
    (1, "Re: The door", False), (1, "Re:", False),
])  # fmt: skip
def test_an_answer_without_ids_goes_to_its_subject_of_the_last_sixty_days(where, days, subject, together):
    december(where, mail("a", subject="[dev] The roof"), mail("b", days, "joe", subject=subject))
    assert sizes(where) == ([2] if together else [1, 1])


def test_by_subject_the_latest_before_it_is_the_one_and_runs_are_followed_to_their_beginning(where):
    december(
        where, mail("a", 0, subject="Meeting"), mail("b", 7, subject="Meeting"), mail("e", 14, subject="Meeting"),
        mail("c", 8, "joe", subject="Re: Meeting"), mail("d", 9, "ann", subject="Re: Meeting"),
    )  # fmt: skip
    assert sizes(where) == [1, 3, 1]
    assert ways(where) == {"first": 3, "subject": 2}


def test_the_same_subject_again_by_the_same_person_begins_anew_unless_it_says_re(where):
    december(where, mail("a", subject="Meeting"), mail("b", 7, subject="Meeting"), mail("c", 8, subject="Re: Meeting"))
    assert sizes(where) == [1, 2]


@pytest.mark.parametrize(("last", "sizes_"), [
    (("Roof", 2), [3]), (("Re: Roof", 2), [2, 1]), (("Roof", 4), [2, 1]),
])  # fmt: skip
def test_where_an_archive_cut_the_marks_of_answers_off_who_goes_on_talking_stays_in_the_thread(where, last, sizes_):
    """Jane asks, Joe answers, Jane writes again: within three days of an answer without any mark."""
    subject, days = last
    december(
        where, mail("a", 0, subject="Roof"), mail("b", 1, "joe", subject=subject), mail("c", 1 + days, subject="Roof"),
    )  # fmt: skip
    assert sizes(where) == sizes_


def test_who_names_a_known_message_is_not_moved_by_the_subject(where):
    december(
        where, mail("a", subject="Roof"), mail("b", 1, subject="Door"),
        mail("c", 2, "joe", answers=["a"], subject="Re: Door"),
    )  # fmt: skip
    assert ask(where, "select messages from core.threads order by started_at") == [(2,), (1,)]


def test_messages_that_name_themselves_or_each_other_make_one_thread_and_an_end(where):
    december(where, mail("a", answers=["b"]), mail("b", 1, "joe", answers=["a"]), mail("c", 2, answers=["c"]))
    assert sizes(where) == [2, 1]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_input_does_not_matter(tmp_path_factory, seed):
    dice = Random(seed)
    mails = [
        mail(f"m{n}", n / 24, dice.choice(["jane", "joe", "ann"]), [f"m{dice.randrange(60)}"] * dice.randint(0, 1),
             [f"m{dice.randrange(60)}" for _ in range(dice.randint(0, 3))], dice.choice(["Roof", "Re: Roof", None]))
        for n in range(40)
    ]  # fmt: skip
    found = []
    for _ in range(2):
        dice.shuffle(mails)
        place = folders_in(tmp_path_factory.mktemp("order"))
        december(place, *mails)
        found.append(ask(place, "select message_key, thread_key, joined_by from core.thread_members order by all"))
    assert found[0] == found[1]
    assert len(found[0]) == 40


# ---- against plain Python --------------------------------------------------------------------------------------

SELECT = next(t.select for t in read_tables() if t.name == "core.thread_members")
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


@settings(max_examples=60, deadline=None, database=None)
@given(rows=posted, stretch=st.sampled_from([1, 10]))
def test_the_statement_does_what_plain_rules_say(rows, stretch):
    import duckdb

    rows = [(day * stretch, *rest) for day, *rest in rows]
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("create schema core")
        con.execute("create table core.postings(community varchar, message_key varchar, sent_at timestamp, "
                    "is_reply boolean, subject_key varchar, in_reply_to_key varchar, "
                    "reference_keys varchar[], sender_key varchar)")  # fmt: skip
        for n, (day, is_reply, subject, parents, who) in enumerate(rows):
            at = DAY + timedelta(days=day)
            con.execute("insert into core.postings values ('birds', ?, ?, ?, ?, ?, ?, ?)",
                        [f"k{n:03}", at, is_reply, subject, f"k{parents[0]:03}" if parents else None,
                         [f"k{p:03}" for p in parents[1:]], who])  # fmt: skip
        found = dict(con.execute(f"select message_key, thread_key from ({SELECT})").fetchall())
    assert found == plainly(rows)


# ---- what is measured ------------------------------------------------------------------------------------------


def value(where, metric, month="2025-12-01"):
    ((value, state),) = ask(
        where, f"select value, state from metrics.monthly where metric = '{metric}' and month = '{month}'"
    )
    return value if state == "observed" else state


def test_only_another_person_answers(where):
    december(
        where, mail("a"), mail("b", 1, answers=["a"]), mail("c", 2), mail("d", 3, "joe", answers=["c"]),
        mail("e", 4, "joe"),
    )  # fmt: skip
    assert [value(where, m) for m in ("threads", "threads_replied", "reply_people", "messages")] == [3, 1, 1, 5]
    assert value(where, "participation_ratio") == pytest.approx(5 / 3)


def test_a_month_without_threads_has_none_and_no_ratio(where):
    built(where, dev={date(2025, 12, 1): [mail("a")], JANUARY: [mail("b", 40, "joe", answers=["a"])]})
    assert [value(where, m, "2026-01-01") for m in ("threads", "messages")] == [0, 1]
    assert [value(where, m, "2026-01-01") for m in ("participation_ratio", "time_to_first_response")] == [
        "undefined"
    ] * 2


@pytest.mark.parametrize(("waits", "median"), [
    ([1, 2, 9], 48), ([1, 2], 24), ([1, None], 24), ([1, None, None], "undefined"), ([5, 1, None, 3], 72),
    ([None], "undefined"),
])  # fmt: skip
def test_the_median_time_to_first_response_keeps_who_still_waits(where, waits, median):
    """Days until an answer, None: none came by the newest message, thirty days on."""
    asked = [mail(f"q{n}") for n in range(len(waits))]
    told = [mail(f"a{n}", wait, "joe", answers=[f"q{n}"]) for n, wait in enumerate(waits) if wait]
    december(where, *asked, *told, mail("last", 30, answers=["q0"]))
    assert value(where, "time_to_first_response") == median


def test_who_waits_for_a_short_time_only_is_weighed_for_that_time(where):
    """Three threads: answered after 1 and after 20 days; the third began 10 days before the end and waits.

    At risk: 3 at day 1 (share left 2/3), then the one that waits leaves after 10 days, then 1 of 1 at day 20.
    """
    december(
        where, mail("a"), mail("b"), mail("c", 15), mail("x", 1, "joe", answers=["a"]),
        mail("y", 20, "joe", answers=["b"]), mail("z", 25, "ann", answers=["b"]),
    )  # fmt: skip
    assert value(where, "time_to_first_response") == pytest.approx(20 * 24)


def test_a_sender_who_is_unknown_answers_nobody(where):
    nobody = mail("b", 1, answers=["a"]).replace(b"From: Jane Invented <jane@example.org>\n", b"")
    december(where, mail("a"), nobody)
    assert threads(where) == [(2, 1, False)]
    assert ask(where, "select answered_at from core.threads") == [(None,)]
