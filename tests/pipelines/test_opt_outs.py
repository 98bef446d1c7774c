"""Who asked to be left out is shown nowhere and stays out, also when the key is rotated."""

from datetime import date
from functools import partial

import pytest
from support.builders import TODAY, community, land, monthly, row, source
from support.never_merge import declare
from support.people import KEYED, MAY, account, groups, merged
from support.tables_on_demand import ask

from flows import doctor, opt_outs
from flows.cli import main
from pipelines.privacy import decisions, key_file
from pipelines.warehouse.build import build_database

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
    key = key_file.load().key_id
    assert main(["rotate"]) == 2
    told = capsys.readouterr()
    assert f"1 person under key {key}, the present one" in told.out
    assert "rotate --end-opt-outs" in told.err
    assert key_file.load().key_id == key
    assert main(["rotate", "--end-opt-outs", "--yes"]) == 0
    new = key_file.load().key_id
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


@pytest.mark.long
def test_a_rotated_key_leaves_out_what_was_not_read_again_and_names_it(where, monkeypatch, tmp_path, capsys):
    core = source("birds", repositories=("one", "two"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.delenv("STACKRANK_KEY", raising=False)
    assert main(["rotate"]) == 2
    old = key_file.load().key_id
    land(where, core, "birds/one", monthly(1, range(14)), key_id=old)
    land(where, core, "birds/two", monthly(500, range(14)), key_id=old)
    build_database(where, [community("birds", core)], TODAY)
    assert main(["rotate", "--yes"]) == 0
    new = key_file.load().key_id
    assert old != new
    assert f"pseudonym.key.{old}" in {p.name for p in key_file.path().parent.iterdir()}
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
