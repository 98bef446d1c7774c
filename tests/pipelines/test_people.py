"""Who is one person: the rules over accounts, and the lines of mailmaps."""

import pytest
from support.people import account, groups, merged, merged_apart


def forum(name, user):
    return account(name, user, domain=None, quality="account")


def together(*accounts, key="person_key", **more):
    """Tell whether all these accounts are one person."""
    return len(groups(merged(accounts, **more)[1], key)) == 1


def by_level(persons):
    """Tell of the strict, the used and the lax level whether all these accounts are one person."""
    return [len(groups(persons, f"person_{level}key")) == 1 for level in ("strict_", "", "lax_")]


RULES = [
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
]  # fmt: skip
"""Two accounts, and whether they are one person at the strict, the used and the lax level."""


@pytest.fixture(scope="module")
def by_rule():
    return merged_apart([{"accounts": pair} for *pair, _, _, _ in RULES])


@pytest.mark.parametrize("number", range(len(RULES)))
def test_each_rule_merges_what_it_says_at_its_level(by_rule, number):
    assert by_level(by_rule[number]) == [*RULES[number][2:]]


LINES = [
    (("birds", "p", 2, None, None, "a1"), account("n", "a1"), account("p", "a2"), True),
    (("birds", None, 0, "a2", None, "a1"), account("n1", "a1"), account("n2", "a2"), True),
    (("birds", "p", 2, "a2", "n1", "a1"), account("n1", "a1"), account("n2", "a2"), True),
    (("birds", "p", 2, "a2", "other", "a1"), account("n1", "a1"), account("n2", "a2"), False),
    (("birds", "p", 1, None, None, "a1"), account("n", "a1"), account("p", "a2", words=1), False),
    (("fish", None, 0, "a2", None, "a1"), account("n1", "a1"), account("n2", "a2"), False),
]  # fmt: skip
"""A line of a mailmap, two accounts, and whether it merges them."""


@pytest.fixture(scope="module")
def by_line():
    return merged_apart([{"accounts": pair, "aliases": [alias]} for alias, *pair, _ in LINES])


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_mailmap_says_who_is_one(by_line, number):
    assert by_level(by_line[number])[0] is LINES[number][-1]


SHARED = [("birds", "ann", 2, "a1", "n1", "s"), ("birds", "bob", 2, "a2", "n2", "s")]
SPLIT = [("birds", "ann one", 3, None, None, "a1"), ("birds", "ann two", 3, None, None, "a2")]


APART = {
    "two at one address": (SHARED, account("n1", "s"), account("n2", "s"), False),
    "the first one": (SHARED, account("n1", "s"), account("n3", "a1"), True),
    "the second one": (SHARED, account("n2", "s"), account("n3", "a2"), True),
    "others at that address": (SHARED, account("n3", "s", words=1), account("n4", "s"), True),
    "two of one name": (SPLIT, account("ann", "a1", bag="b"), account("ann", "a2", bag="b"), False),
    "the proper name holds": (SPLIT, account("ann", "a1"), account("ann one", "a3"), True),
    "one name, one line": (SPLIT[:1], account("ann", "a1"), account("ann", "a2"), True),
    "a name beats the rest": (
        [*SHARED, ("birds", "rest", 1, "a9", None, "s")], account("n1", "s"), account("n3", "s"), False,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def apart():
    cases = [{"accounts": pair, "aliases": aliases} for aliases, *pair, _ in APART.values()]
    return dict(zip(APART, merged_apart(cases), strict=True))


@pytest.mark.parametrize("name", APART)
def test_lines_of_a_mailmap_that_keep_two_people_apart_keep_them_apart(apart, name):
    assert by_level(apart[name])[2] is APART[name][-1]


SEVERAL = [
    ((500, 1), False, True), ((45, 5), False, True), ((500, 6), False, False), ((44, 5), False, False),
    ((500, 3, 2), False, True), ((500, 3, 3), False, False), ((9, 1), False, True), ((1, 1), False, False),
]  # fmt: skip
"""How many events each name of an address has, and whether all are one person at the used and at the lax level."""


@pytest.fixture(scope="module")
def several():
    names = [[account(f"n{n}", "a", events=count) for n, count in enumerate(events)] for events, _, _ in SEVERAL]
    return merged_apart([{"accounts": accounts} for accounts in names])


@pytest.mark.parametrize("number", range(len(SEVERAL)))
def test_an_address_under_several_full_names_joins_only_a_rare_name_to_its_owner_and_only_laxly(several, number):
    _, used, lax = SEVERAL[number]
    assert by_level(several[number]) == [False, used, lax]


def test_a_commit_with_the_settings_of_a_colleague_merges_neither_their_accounts_nor_nicknames():
    ann, bob, slip = account("ann", "a"), account("bob", "b"), account("bob", "a")
    nick = account("an", "a", words=1)
    _, persons = merged([ann, bob, slip, nick])
    assert len(groups(persons, "person_strict_key")) > 1
    assert len(groups(persons, "person_key")) == 3
    assert groups(merged([bob, slip, ann, nick])[1]) == groups(persons)


MAPPED = [("birds", "ann", 2, None, None, "a")]
MOVED = [("birds", "ann", 2, "a", None, "a2")]


JOINED = {
    "all of an address are one": (MAPPED, [account("ann", "a"), account("bob", "a")], True),
    "an address of old": (MOVED, [account("ann", "a"), account("anne", "a2")], True),
    "one line says nothing of another address": (MOVED, [account("ann", "a"), account("bob", "a")], False),
    "nor over it": (MOVED, [account("anne", "a2"), account("bob", "a"), account("ann", "a")], False),
}


@pytest.fixture(scope="module")
def joined():
    cases = [{"accounts": accounts, "aliases": aliases} for aliases, accounts, _ in JOINED.values()]
    return dict(zip(JOINED, merged_apart(cases), strict=True))


@pytest.mark.parametrize("name", JOINED)
def test_a_mailmap_joins_at_a_shared_address_whom_it_names(joined, name):
    assert by_level(joined[name])[2] is JOINED[name][-1]


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


def test_what_two_accounts_share_merges_nobody_any_more():
    one, other, third = account("n", "a1"), account("n", "a2"), account("m", "a2", words=1)
    never = [("birds", None, one[1], other[1])]
    assert groups(merged([one, other, third], never=never)[1]) == {frozenset({one[1]}), frozenset({other[1], third[1]})}
    assert together(one, other, third)
