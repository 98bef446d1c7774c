"""Commits and tags in the database: which count, in which month, by which definition."""

from datetime import date, datetime

from support.builders import TODAY, community, land, monthly, source
from support.tables_on_demand import ask, build_tables

from pipelines.warehouse import query


def test_a_hash_in_two_repositories_counts_once_for_the_first_of_the_catalogue(built):
    rows = ask(built, "select repository, count(*) from core.commits where community = 'birds' group by all order by 1")
    assert rows == [("birds/one", 14 * 8), ("birds/two", 1)]


def test_the_same_hash_in_two_communities_counts_in_both(where):
    birds, bees = source("birds"), source("bees")
    for of in (birds, bees):
        land(where, of, f"{of.community}/one", monthly(1, range(3)))
    build_tables(where, [community("birds", birds), community("bees", bees)], TODAY)
    assert ask(where, "select community, count(*) from core.commits group by all order by 1") == [
        ("bees", 24), ("birds", 24),
    ]  # fmt: skip


def test_impossible_dates_are_kept_flagged_and_left_out_of_months(built):
    rows = ask(built, "select hash, plausible, month, counted from core.commits "
                      "where community = 'fish' and not plausible order by hash")  # fmt: skip
    assert rows == [(f"{n:040x}", False, None, False) for n in (30_003, 30_004, 30_005)]


def test_each_definition_counts_what_it_says(built):
    sql = "from definitions.commits where community = 'fish' and month = '2025-05-01'"
    (may,) = query.ask(built.database, sql).to_pylist()
    known = {
        "commits": 8, "commits_recorded_month": 8, "commits_author_month": 7, "commits_with_merges": 9,
        "commits_with_bots": 9, "commits_with_twins": 8, "code_people_recorded_month": 4,
        "commits_with_all": 10, "code_people": 4, "code_people_by_name": 4, "code_people_by_address": 4,
        "names_author_month_with_all": 5, "code_people_author_month": 3, "code_people_with_bots": 5,
        "state": "observed",
        "community": "fish", "month": date(2025, 5, 1),
    }  # fmt: skip
    assert may == known


def test_months_are_cut_in_utc(built):
    ((month,),) = ask(built, f"select month from core.commits where hash = '{9001:040x}'")
    assert month == date(2025, 5, 1)


def test_new_people_are_counted_in_their_first_month_only_and_not_stated_in_the_first_year(built):
    rows = ask(built, "select month, value from metrics.new_code_people where community = 'birds' order by 1")
    assert rows == [(date(2025, 1, 1), 4), (date(2025, 5, 1), 1)]
    rows = ask(built, "select state, count(*) from metrics.monthly where metric = 'new_code_people' "
                      "and community = 'fish' group by all order by 1")  # fmt: skip
    assert rows == [("not_applicable", 15)]


def test_tags_have_their_dates_or_none(built):
    rows = ask(built, "select tag, tagged_at, dated_by from raw.tags order by tag desc")
    assert rows == [("v1", datetime(2025, 1, 4, 14, 13, 20), "tag"), ("undated", None, "commit")]
