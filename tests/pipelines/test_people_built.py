"""People in the build: the ledger, what undoes a merge for good, who asked to be left out."""

import csv
from datetime import date, datetime
from functools import partial

import pyarrow.parquet as pq
import pytest
from labelling import identities
from support.builders import TODAY, community, land, monthly, row, source
from support.people import KEYED, account, groups, merged
from support.postings import land_index, land_month, mail, mailing_list
from support.tables_on_demand import ask, build_tables

from flows import doctor, opt_outs
from flows.cli import main
from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import CHECKOUT, Folders, folders
from pipelines.landing.stored import stored_files
from pipelines.privacy import decisions, key_file
from pipelines.warehouse.build import build_database

MAY, JUNE = datetime(2025, 5, 3), datetime(2025, 6, 3)


@pytest.fixture
def where(tmp_path):
    """An empty data folder, with its community files beside it."""
    (tmp_path / "world" / "communities").mkdir(parents=True)
    return Folders(tmp_path / "data", tmp_path / "world" / "communities", tmp_path / "site")


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
