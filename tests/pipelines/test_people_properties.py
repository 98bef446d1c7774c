"""Who is one person: what holds for any accounts, against a second way in plain Python."""

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.people import ACCOUNT, account, groups, merged

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
