"""Who is one person: the rules, the ledger, what undoes a merge for good, who asked to be left out."""

import csv
import random
from collections import Counter
from datetime import date, datetime
from functools import partial
from itertools import combinations

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelling import identities
from support.builders import TODAY, community, land, monthly, row, source
from support.people import ACCOUNT, KEYED, account, groups, merged
from support.postings import land_index, land_month, mail, mailing_list
from support.tables_on_demand import ask, build_tables

from flows import doctor, opt_outs
from flows.cli import main
from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import CHECKOUT, Folders, folders
from pipelines.landing.stored import stored_files
from pipelines.privacy import decisions, pseudonyms
from pipelines.warehouse.build import build_database

MAY, JUNE = datetime(2025, 5, 3), datetime(2025, 6, 3)


@pytest.fixture
def where(tmp_path):
    """An empty data folder, with its community files beside it."""
    (tmp_path / "world" / "communities").mkdir(parents=True)
    return Folders(tmp_path / "data", tmp_path / "world" / "communities", tmp_path / "site")


def forum(name, user):
    return account(name, user, domain=None, quality="account")


def together(*accounts, key="person_key", **more):
    """Tell whether all these accounts are one person."""
    return len(groups(merged(accounts, **more)[1], key)) == 1


def together_by_level(*accounts):
    """Tell of the strict, the used and the lax level whether all these accounts are one person."""
    persons = merged(accounts)[1]
    return [len(groups(persons, f"person_{level}key")) == 1 for level in ("strict_", "", "lax_")]


# ---- the rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "strict", "used", "lax"),
    [
        (account("n1", "a", words=1), account("n2", "a"), False, True, True),
        (account("n1", "a"), account("n2", "a"), False, False, False),
        (account("n1", "a", bag="b"), account("n2", "a", bag="b"), False, True, True),
        (account("n", "a1"), account("n", "a2"), False, True, True),
        (account("n", "a1", words=1), account("n", "a2", words=1), False, False, False),
        (account("n1", "a", role=True), account("n2", "a", role=True), False, False, False),
        (account("n1", "a", words=1, domain=None), account("n2", "a", domain=None), False, False, True),
        (account("n1", "a", domain=None, role=True), account("n2", "a", domain=None, role=True), False, False, False),
        (account("n1", "a1", login="l"), account("n2", "a2", login="l"), True, True, True),
        (account("n1", "a1", bag="b"), account("n2", "a2", bag="b"), False, False, True),
        (account("n1", "s", words=1, quality="shortened"), account("n2", "s", quality="shortened"), False, False, True),
        (account("n1", "s", quality="shortened"), account("n2", "s", quality="shortened"), False, False, False),
        (account("n", "s", quality="shortened"), account("n", "a"), False, True, True),
        (forum("n1", "u"), forum("n2", "u"), True, True, True),
        (account("n1", None), account("n2", None), False, False, False),
        (account(None, "a1"), account(None, "a2"), False, False, False),
    ],
)  # fmt: skip
def test_each_rule_merges_what_it_says_at_its_level(one, other, strict, used, lax):
    assert together_by_level(one, other) == [strict, used, lax]


@pytest.mark.parametrize(
    ("alias", "one", "other", "merges"),
    [
        (("birds", "p", 2, None, None, "a1"), account("n", "a1"), account("p", "a2"), True),
        (("birds", None, 0, "a2", None, "a1"), account("n1", "a1"), account("n2", "a2"), True),
        (("birds", "p", 2, "a2", "n1", "a1"), account("n1", "a1"), account("n2", "a2"), True),
        (("birds", "p", 2, "a2", "other", "a1"), account("n1", "a1"), account("n2", "a2"), False),
        (("birds", "p", 1, None, None, "a1"), account("n", "a1"), account("p", "a2", words=1), False),
        (("fish", None, 0, "a2", None, "a1"), account("n1", "a1"), account("n2", "a2"), False),
    ],
)  # fmt: skip
def test_a_mailmap_says_who_is_one(alias, one, other, merges):
    assert together(one, other, aliases=[alias], key="person_strict_key") is merges


SHARED = [("birds", "ann", 2, "a1", "n1", "s"), ("birds", "bob", 2, "a2", "n2", "s")]
SPLIT = [("birds", "ann one", 3, None, None, "a1"), ("birds", "ann two", 3, None, None, "a2")]


@pytest.mark.parametrize(
    ("aliases", "one", "other", "merges"),
    [
        (SHARED, account("n1", "s"), account("n2", "s"), False),
        (SHARED, account("n1", "s"), account("n3", "a1"), True),
        (SHARED, account("n2", "s"), account("n3", "a2"), True),
        (SHARED, account("n3", "s", words=1), account("n4", "s"), True),
        (SPLIT, account("ann", "a1", bag="b"), account("ann", "a2", bag="b"), False),
        (SPLIT, account("ann", "a1"), account("ann one", "a3"), True),
        (SPLIT[:1], account("ann", "a1"), account("ann", "a2"), True),
        ([*SHARED, ("birds", "rest", 1, "a9", None, "s")], account("n1", "s"), account("n3", "s"), False),
    ],
    ids=["two at one address", "the first one", "the second one", "others at that address", "two of one name",
         "the proper name holds", "one name, one line", "a name beats the rest"],
)  # fmt: skip
def test_lines_of_a_mailmap_that_keep_two_people_apart_keep_them_apart(aliases, one, other, merges):
    assert together(one, other, aliases=aliases, key="person_lax_key") is merges


@pytest.mark.parametrize(
    ("events", "used", "lax"),
    [
        ((500, 1), False, True), ((45, 5), False, True), ((500, 6), False, False), ((44, 5), False, False),
        ((500, 3, 2), False, True), ((500, 3, 3), False, False), ((9, 1), False, True), ((1, 1), False, False),
    ],
)  # fmt: skip
def test_an_address_under_several_full_names_joins_only_a_rare_name_to_its_owner_and_only_laxly(events, used, lax):
    accounts = [account(f"n{n}", "a", events=count) for n, count in enumerate(events)]
    assert together_by_level(*accounts) == [False, used, lax]


def test_a_commit_with_the_settings_of_a_colleague_merges_neither_their_accounts_nor_nicknames():
    ann, bob, slip = account("ann", "a"), account("bob", "b"), account("bob", "a")
    nick = account("an", "a", words=1)
    for key in ("person_strict_key", "person_key"):
        assert not together(ann, bob, slip, nick, key=key)
        assert len(groups(merged([ann, bob, slip, nick])[1], "person_key")) == 3
    assert together(bob, slip, ann, nick) is False


MAPPED = [("birds", "ann", 2, None, None, "a")]
MOVED = [("birds", "ann", 2, "a", None, "a2")]


@pytest.mark.parametrize(
    ("aliases", "others", "merges"),
    [
        (MAPPED, [account("ann", "a"), account("bob", "a")], True),
        (MOVED, [account("ann", "a"), account("anne", "a2")], True),
        (MOVED, [account("ann", "a"), account("bob", "a")], False),
        (MOVED, [account("anne", "a2"), account("bob", "a"), account("ann", "a")], False),
    ],
    ids=["all of an address are one", "an address of old", "one line says nothing of another address", "nor over it"],
)
def test_a_mailmap_joins_at_a_shared_address_whom_it_names(aliases, others, merges):
    assert together(*others, aliases=aliases, key="person_lax_key") is merges


def test_accounts_without_a_name_say_nothing_of_how_names_are_spelled():
    nameless = account(None, None, words=1, bag="p", login="l")
    _, persons = merged([account("u", "a"), account("v", "a"), nameless])
    assert len(groups(persons, "person_lax_key")) == 3


def test_communities_do_not_share_people():
    other = ("fish", *account("n", "a")[1:])
    _, persons = merged([account("n", "a"), account("n", "b"), other])
    assert {(p["community"], p["account_key"]) for p in persons if p["person_key"] == "n/a/None"} == {
        ("birds", "n/a/None"), ("birds", "n/b/None"), ("fish", "n/a/None"),
    }  # fmt: skip


NAMES, ADDRESSES = st.sampled_from([None, *"uvwxyz"]), st.sampled_from([None, *"abcdefgh"])
made_accounts = st.builds(
    account,
    NAMES,
    ADDRESSES,
    words=st.sampled_from([1, 2]),
    role=st.booleans(),
    bag=st.sampled_from([None, "p", "q"]),
    domain=st.sampled_from([None, "example.org"]),
    login=st.sampled_from([None, "l", "m"]),
)
some_accounts = st.lists(made_accounts, max_size=14, unique_by=lambda a: a[1])
quickly = settings(max_examples=25, deadline=None, database=None)


def in_python(accounts, levels):
    """Who is one person, told again: union and find over the shared keys."""
    parent = {a[1]: a[1] for a in accounts}

    def find(key):
        while parent[key] != key:
            key = parent[key]
        return key

    facts_of = [dict(zip(ACCOUNT, a, strict=True)) for a in accounts]
    spellings = {}
    for facts in facts_of:
        if facts["name_words"] > 1 and facts["address_key"] and facts["name_key"] and not facts["role"]:
            names = spellings.setdefault(facts["address_key"], {})
            spelling = facts["name_bag_key"] or facts["name_key"]
            names[spelling] = names.get(spelling, True) and facts["domain"] is not None
    together = Counter(
        pair
        for names in spellings.values()
        for pair in combinations(sorted(name for name, is_public in names.items() if is_public), 2)
    )
    first = {}
    for facts in facts_of:
        public, own = facts["domain"] is not None, not facts["role"]
        is_one = len(spellings.get(facts["address_key"], ())) < 2
        spelling = facts["name_bag_key"] or facts["name_key"]
        is_full = facts["name_words"] > 1 and facts["name_key"] is not None
        at_shared = bool(facts["address_key"]) and own and not is_one and is_full
        shared = [
            ("address", facts["address_key"], 2 if public else 3, is_one and own),
            ("both", f"{facts['address_key']} {spelling}", 2 if public else 3, at_shared),
            *(("pair", p, 2, at_shared and public and spelling in p) for p, times in together.items() if times > 1),
            ("login", facts["login_key"], 1, True),
            ("name", facts["name_key"], 2, facts["name_words"] > 1), ("bag", facts["name_bag_key"], 3, True),
        ]  # fmt: skip
        for rule, evidence, level, holds in shared:
            if evidence and holds and level <= levels:
                kind = (rule, evidence, level)
                parent[find(facts["account_key"])] = find(first.setdefault(kind, facts["account_key"]))
    found = {}
    for key in parent:
        found.setdefault(find(key), set()).add(key)
    return {frozenset(g) for g in found.values()}


@pytest.mark.long
@quickly
@given(some_accounts)
def test_people_are_the_connected_accounts(accounts):
    _, persons = merged(accounts)
    for level, key in enumerate(("person_strict_key", "person_key", "person_lax_key"), 1):
        assert groups(persons, key) == in_python(accounts, level)


@pytest.mark.long
@quickly
@given(some_accounts, st.randoms(use_true_random=False))
def test_the_order_of_the_accounts_never_matters(accounts, shuffled: random.Random):
    again = list(accounts)
    shuffled.shuffle(again)
    assert merged(accounts) == merged(again)


@pytest.mark.long
@quickly
@given(some_accounts)
def test_a_level_more_never_makes_more_people(accounts):
    _, persons = merged(accounts)
    strict, used, lax = (len(groups(persons, k)) for k in ("person_strict_key", "person_key", "person_lax_key"))
    assert strict >= used >= lax


@pytest.mark.long
@quickly
@given(some_accounts, st.data())
def test_a_merge_that_is_taken_out_and_back_leaves_no_trace(accounts, data):
    links, persons = merged(accounts)
    if not links:
        return
    _, _, _, evidence, _ = data.draw(st.sampled_from(links))
    undone, _ = merged(accounts, never=[("birds", evidence, None, None)])
    assert undone == [link for link in links if link[3] != evidence]
    assert merged(accounts, never=[("fish", evidence, None, None)]) == (links, persons)


def test_what_two_accounts_share_merges_nobody_any_more():
    one, other, third = account("n", "a1"), account("n", "a2"), account("m", "a2", words=1)
    never = [("birds", None, one[1], other[1])]
    assert groups(merged([one, other, third], never=never)[1]) == {frozenset({one[1]}), frozenset({other[1], third[1]})}
    assert together(one, other, third)


# ---- in the build ----------------------------------------------------------------------------------------------


def test_somebody_who_commits_and_writes_is_one_person_and_the_ledger_says_why(where):
    core, dev = source("birds"), mailing_list("dev", since=date(2025, 5, 1))
    jane = KEYED.of(b"Jane Invented", b"jane@work.example.com")
    keys = {f"{who}_{k}": getattr(jane, k) for who in ("author", "committer")
            for k in ("name_key", "address_key", "name_words", "domain", "role")}  # fmt: skip
    land(where, core, "birds/one", [row(1, MAY, **keys), row(2, MAY, "bob")])
    land_index(where, dev, {date(2025, 5, 1): 2})
    land_month(where, dev, date(2025, 5, 1), mail(1, "05 May 2025"), mail(2, "06 May 2025", "joe"))
    build_tables(where, [community("birds", core, dev)], TODAY)
    assert (
        ask(where, "select rule, level, accounts from core.identity_ledger where rule = 'name'")
        == [("name", "default", 2)] * 2
    )
    shared = (
        "select count(distinct sender_key) from core.messages where sender_key in (select author_key from core.commits)"
    )
    assert ask(where, shared) == [(1,)]
    counts = dict(ask(where, "select metric, value from metrics.monthly where month = '2025-05-01'"))
    assert (counts["code_people"], counts["talk_people"], counts["active_people"]) == (2, 2, 3)
    bounds = ask(
        where, "select low, value, high from metrics.monthly where month = '2025-05-01' and metric = 'active_people'"
    )
    assert bounds == [(3, 3, 4)]


NUMBERS = (
    "from metrics.monthly order by all",
    "from definitions.commits order by all",
    "from rankings.levels order by all",
)


@pytest.mark.long
def test_who_asked_to_be_left_out_is_shown_nowhere_and_no_count_changes(where):
    core = source("birds")
    jane, known = KEYED.of(b"Jane Invented", b"jane@example.org"), KEYED.of(b"Jane Invented", b"jane@other.example.org")
    bob, lax = KEYED.of(b"Bob Roe", b"bob@example.org"), KEYED.of(b"Roe Bob", b"roe@example.org")
    columns = ("name_key", "name_bag_key", "address_key", "name_words", "domain")
    rows = [
        row(n, MAY, **{f"{role}_{k}": getattr(who, k) for role in ("author", "committer") for k in columns})
        for n, who in enumerate((jane, known, bob, lax), 1)
    ]  # fmt: skip
    land(where, core, "birds/one", [*rows, row(5, MAY, "cleo"), row(6, MAY, "dan")])
    declare(where, evidence=f'"{bob.name_key}"')
    birds = [community("birds", core)]
    build_database(where, birds, TODAY)
    before = [ask(where, sql) for sql in NUMBERS]
    assert ("other.example.org",) in ask(where, "select domain from raw.domains")
    assert decisions.forget(where, "Jane@Example.org", KEYED, TODAY, partial(opt_outs.find_people, where))
    assert not decisions.forget(where, "jane@example.org", KEYED, TODAY)
    for address in ("jane@other.example.org", "bob@example.org", "nobody@example.org"):
        assert decisions.forget(where, address, KEYED, TODAY, partial(opt_outs.find_people, where))
    build_database(where, birds, TODAY)
    assert [ask(where, sql) for sql in NUMBERS] == before
    keys = "select author_key, count(*) from core.commits where author_key like 'opted_out%' group by all order by 2"
    first = ask(where, keys)
    assert [events for _, events in first] == [1, 2]
    assert ask(where, "select count(*) from core.people where opted_out and account_key = 'opted_out'") == [(3,)]
    assert ask(where, "select domain from raw.domains") == [("example.org",)]
    held = where.database.read_bytes()
    accounts = {account for one in decisions.opted_out(where) for account in one.accounts}
    assert len({one.person for one in decisions.opted_out(where)}) == 3
    assert len(accounts) == 3
    for of in (jane, known, bob):
        for key in (of.name_key, of.name_bag_key, of.address_key, *accounts):
            assert key.encode() not in held
    build_database(where, birds, TODAY)
    assert ask(where, keys) == first
    stored = decisions.opt_out_file(where).read_text()
    assert "jane" not in stored.lower()
    assert all(person in stored for person, _ in first)


def test_opt_outs_of_an_earlier_version_get_ids_of_their_own_once(where):
    where.data.mkdir(parents=True)
    line = '{"key": "k1", "address_key": "%s", "since": "2026-01-01"}\n'
    decisions.opt_out_file(where).write_text(line % "a" + line % "b")
    decisions.give_ids(where)
    first = decisions.opted_out(where)
    decisions.give_ids(where)
    assert decisions.opted_out(where) == first
    assert [one.address_key for one in first] == ["a", "b"]
    assert len({one.person for one in first if one.person.startswith("opted_out_")}) == 2
    assert decisions.people_left_out(where) == {"k1": 2}


@pytest.mark.parametrize(
    ("groups", "people"),
    [
        ([], []), ([["a"], ["b"]], [{"a"}, {"b"}]), ([["a", "b"], ["c"], ["b", "d"]], [{"c"}, {"a", "b", "d"}]),
        ([["a"], ["b"], ["a", "b"]], [{"a", "b"}]),
    ],
)  # fmt: skip
def test_a_person_in_two_communities_is_one_who_opts_out(groups, people):
    assert decisions.join_overlapping(groups) == people


def test_who_opted_out_stays_one_person_when_a_rule_no_longer_merges_them():
    one, other, third = account("n1", "a1"), account("n2", "a2"), account("n3", "a3")
    out = [("a1", "opted_out_1", [one[1], other[1]])]
    assert groups(merged([one, other, third], opted_out=out)[1]) == {
        frozenset({one[1], other[1]}),
        frozenset({third[1]}),
    }


def test_rotate_refuses_where_it_would_bring_people_back(where, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.delenv("STACKRANK_KEY", raising=False)
    assert main(["forget", "jane@example.org", "--yes"]) == 0
    key = pseudonyms.load().key_id
    assert main(["rotate"]) == 2
    told = capsys.readouterr()
    assert f"1 person under key {key}, the present one" in told.out
    assert "rotate --end-opt-outs" in told.err
    assert pseudonyms.load().key_id == key
    assert main(["rotate", "--end-opt-outs", "--yes"]) == 0
    new = pseudonyms.load().key_id
    assert opt_outs.format_people(where, new) == [f"1 person under key {key}, not the present one: no effect"]
    (finding,) = doctor._opt_outs(where)
    assert (finding.state, finding.subject) == ("note", "opted out")
    assert main(["rotate", "--yes"]) == 0


@pytest.mark.parametrize("address", ["jane", "", "a b@c", "@", "jane@"])
def test_what_is_no_address_cannot_be_forgotten(where, address):
    with pytest.raises(ValueError, match="not an address of the form user@host"):
        decisions.forget(where, address, KEYED, TODAY)
    assert decisions.opted_out(where) == []


def test_forget_is_a_command_that_repeats_no_address(where, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    assert main(["forget", "jane@example.org", "--yes"]) == 0
    assert main(["forget", "jane@example.org", "--yes"]) == 0
    assert main(["forget", "jane"]) == 2
    told = capsys.readouterr()
    assert "jane" not in (told.out + told.err).lower()
    assert len(decisions.opted_out(where)) == 1


GOOD = {
    "community": '"birds"',
    "key": '"k1"',
    "evidence": f'"{"a" * 32}"',
    "why": '"Two people."',
    "decided": "2026-11-24",
}


def declare(where, **change):
    block = {k: v for k, v in (GOOD | change).items() if v}
    decisions.never_merge_file(where).write_text("[[never]]\n" + "\n".join(f"{k} = {v}" for k, v in block.items()))


def test_a_merge_declared_wrong_is_in_the_database_and_undone(where):
    core = source("birds")
    evidence = f"{1:032x}"
    land(where, core, "birds/one", [row(n, MAY, f"w{n}", author_name_key=evidence) for n in range(2)])
    build_tables(where, [community("birds", core)], TODAY)
    authors = "select count(distinct author_key) from core.commits"
    assert ask(where, authors) == [(1,)]
    declare(where, evidence=f'"{evidence}"')
    build_tables(where, [community("birds", core)], TODAY)
    assert ask(where, authors) == [(2,)]
    assert ask(where, "select evidence, why from raw.never_merge") == [(evidence, "Two people.")]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"why": ""}, "why: missing"), ({"becuase": '"x"'}, "becuase: unknown key"),
        ({"community": '"fish"'}, "no such community"), ({"evidence": '"short"'}, "32 hexadecimal digits"),
        ({"evidence": ""}, "either evidence, or two accounts"),
        ({"accounts": '["a"]'}, "accounts: not two accounts"),
        ({"decided": '"today"'}, r"never\[0\].decided: not a date: 'today'"), ({"why": "  = ="}, "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_of_wrong_merges_is_told(where, change, complaint):
    declare(where, **change)
    with pytest.raises(WrongFileError, match=complaint):
        decisions.never_merge(where, ["birds"])


def test_the_shipped_file_of_wrong_merges_can_be_read():
    assert decisions.never_merge(folders({}), []) == []


@pytest.mark.long
def test_a_rotated_key_leaves_out_what_was_not_read_again_and_names_it(where, monkeypatch, tmp_path, capsys):
    core = source("birds", repositories=("one", "two"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.delenv("STACKRANK_KEY", raising=False)
    assert main(["rotate"]) == 2
    old = pseudonyms.load().key_id
    land(where, core, "birds/one", monthly(1, range(14)), key_id=old)
    land(where, core, "birds/two", monthly(500, range(14)), key_id=old)
    build_database(where, [community("birds", core)], TODAY)
    assert main(["rotate", "--yes"]) == 0
    new = pseudonyms.load().key_id
    assert old != new
    assert f"pseudonym.key.{old}" in {p.name for p in pseudonyms.key_file().parent.iterdir()}
    land(where, core, "birds/one", monthly(1, range(14)), key_id=new)
    build_database(where, [community("birds", core)], TODAY)
    assert ask(where, "select unit, key_id from raw.other_keys") == [("birds/two", old)]
    assert ask(where, "select distinct repository from core.commits") == [("birds/one",)]
    assert ask(where, "select state, covered from core.coverage where month = '2025-06-01'") == [("partial", 0.5)]
    assert ask(where, "select count(*) from core.commits where author_key is null") == [(0,)]
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    assert main(["rotate"]) == 2
    assert "STACKRANK_KEY" in capsys.readouterr().err


def test_who_opted_out_of_an_earlier_version_stays_out_and_its_rotated_keys_hold(where):
    """An earlier version wrote both files under other names."""
    where.data.mkdir(exist_ok=True)
    since = '"since": "2025-01-01"}'
    (where.data / "withheld.jsonl").write_text(f'{{"key": "k", "address_key": "old", {since}\n')
    (where.data / "retired-keys.jsonl").write_text(f'{{"key": "k", {since}\n')
    decisions.forget(where, "jane@example.org", KEYED, TODAY)
    decisions.record_key_rotation(where, "k2", TODAY)
    jane = KEYED.of(b"", b"jane@example.org").address_key
    assert [one.address_key for one in decisions.opted_out(where)] == ["old", jane]
    assert decisions.rotated_keys(where) == [("k", date(2025, 1, 1)), ("k2", TODAY)]


def test_bots_of_an_earlier_version_stay_bots(where):
    """An earlier version called the rule of a bot by another name of the column; newer files lie beside it."""
    core = source("birds", repositories=("one", "two"))
    for unit in ("birds/one", "birds/two"):
        bot = row(2 + int(unit == "birds/two"), JUNE, "robot", author_bot_rule="ci")
        land(where, core, unit, [row(1, MAY), bot])
    path = next(path for path in stored_files(where.observations) if path.stem == "one")
    table, metadata = pq.read_table(path), pq.read_metadata(path).metadata
    former = table.rename_columns([name.replace("_bot_rule", "_machine") for name in table.column_names])
    pq.write_table(former.replace_schema_metadata(metadata), path)
    build_tables(where, [community("birds", core)], TODAY)
    bots = "select repository, bot_rule, counted from core.commits where is_bot order by repository"
    assert ask(where, bots) == [("birds/one", "ci", False), ("birds/two", "ci", False)]


def test_old_harvests_without_the_new_columns_still_count(where):
    """A file of an earlier reader has neither name bags nor roles: nothing merges by them."""
    core = source("birds")
    land(where, core, "birds/one", [row(1, MAY), row(2, JUNE, "bob")])
    (path,) = stored_files(where.observations)
    table = pq.read_table(path)
    kept = [f for f in table.schema.names if not f.endswith(("_bag_key", "_role"))]
    metadata = pq.read_metadata(path).metadata
    pq.write_table(table.select(kept).replace_schema_metadata(metadata), path)
    build_tables(where, [community("birds", core)], TODAY)
    assert ask(where, "select count(*), count(distinct author_key) from core.commits") == [(2, 2)]


@pytest.mark.long
@pytest.mark.skipif(not (identities.SHARED / "git").is_dir(), reason="the real histories are not here")
@pytest.mark.parametrize("community", ["opennebula", "eucalyptus"])
def test_precision_and_recall_on_real_histories_are_as_written_down(community):
    with (CHECKOUT / "tests" / "labelling" / "identities.csv").open() as file:
        (written,) = [row for row in csv.DictReader(file) if row["community"] == community]
    found = identities.figures(community)
    assert {k: str(v) for k, v in found.items()} == {k: v for k, v in written.items() if k != "measured"}
    recall, least, most = identities.rates(found)
    assert recall >= 0.7
    assert most >= least >= 0.7
