"""People in the build: the ledger, merges declared wrong, harvests of earlier versions."""

import csv
from datetime import date

import pyarrow.parquet as pq
import pytest
from labelling import identities
from support.builders import TODAY, community, land, row, source
from support.never_merge import declare
from support.people import JUNE, KEYED, MAY
from support.postings import land_index, land_month, mail, mailing_list
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import CHECKOUT, folders
from pipelines.landing.stored import stored_files
from pipelines.privacy import decisions


@pytest.mark.long
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


@pytest.mark.long
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
