"""The rules by which a tag is a release: those of the shipped community files, and what a rule may be."""

from datetime import date, datetime

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import TODAY, land, row
from support.releases import tag
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.source_fields import tag_rule
from pipelines.catalogue.urls import units
from pipelines.folders import CATALOGUE, Folders

# ---- the rules of the shipped files ----------------------------------------------------------------------------

TAGS = {
    "cloudstack/core": {
        "2.1.3": "2.1.3", "2.2.0": "2.2.0", "tag-2.2.14": "2.2.14", "tag-3.0.4": "3.0.4", "4.0.0-incubating": "4.0.0",
        "4.0.2": "4.0.2", "4.5.2.1": "4.5.2.1", "4.9.0": "4.9.0", "4.10.0.0": "4.10.0.0", "4.11.1.0": "4.11.1.0",
        "4.22.0.0": "4.22.0.0",
        **dict.fromkeys([
            "2.1.3.RC1", "2.1.4RC1", "2.1.98", "2.1.99", "2.2.13-prerelease-1", "3.0.1.prerelease2", "4.6.2-rc1",
            "4.11.1", "TAG_2.2.15_GA", "TAG_CLOUDPLATFORM_3.0.4_GA2", "acton-beta1-prerelease-1", "ovm3", "tag-Acton",
            "patch-13777/13375-fix", "tag-2.1.10.zucchini", "tag-2.2.10-2", "tag-2.2.14-P2", "tag-2.2.15-RC1",
            "tag-219RC1", "tag-3.0.5.rc1", "tag-zbaremetal", "tag_2.2.14_mango", "4.18.0.0-RC20230224T1256",
        ]),
    },
    "opennebula/core": {
        "release-1.2": "1.2", "release-1.2.1": "1.2.1", "release-2.0": "2.0", "release-3.8.5": "3.8.5",
        "release-4.12": "4.12", "release-5.12.0.1": "5.12.0.1", "release-5.12.13": "5.12.13", "release-7.4.0": "7.4.0",
        **dict.fromkeys([
            "psych", "release-1.8.0", "release-1.2-beta1", "release-1.4-rc1", "release-4.0-rc", "release-3.2-s0",
            "release-2.9.80", "release-5.11.85", "release-6.99.90", "release-5.11.8", "release-4.12.0",
            "release-3.8.3-2", "release-7.2.0-fixup", "release-7.2.0-fixup-ce", "1.4", "release-", "release-7",
        ]),
    },
    "eucalyptus/eucalyptus": {
        "1.4": "1.4", "1.5.0": "1.5.0", "3.3.0.1": "3.3.0.1", "3.4.2": "3.4.2", "v4.0.0": "4.0.0",
        "v4.3.1.1": "4.3.1.1",
        **dict.fromkeys([
            "1.0-beta", "2.0-branch", "3.0-alpha1", "3.0-rc3", "3.3-m6", "ha-baseline", "jaunty", "karmic", "v4",
        ]),
    },
    "eucalyptus/corymbia": {"v4.4.3": "4.4.3", "v5.0.0": "5.0.0", "v5.1.0": "5.1.0", "v5.1.0-rc1": None, "lucid": None},
    "openstack/core": dict.fromkeys(["2013.2", "33.0.0", "essex-rc1", "havana-eol", "0.9.0"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped catalogue, built from one commit of each source and the tags above."""
    top = tmp_path_factory.mktemp("shipped")
    where = Folders(top / "data", top / "communities", top / "site")
    four = load_catalogue(CATALOGUE)
    for each in (s for c in four for s in c.sources if s.id in TAGS):
        tags = [tag(name, date(2025, 1, 1)) for name in TAGS[each.id]]
        land(where, each, units(each)[0], [row(7, datetime(2025, 3, 1))], tags)
    build_tables(where, four, TODAY)
    return where


@pytest.mark.parametrize("source_id", TAGS)
def test_each_community_has_its_rule_for_tags(shipped, source_id):
    slug, name = source_id.split("/")
    found = ask(shipped, f"select tag, version from core.releases where (community, source) = ('{slug}', '{name}')")
    assert dict(found) == {tag: version for tag, version in TAGS[source_id].items() if version}


def test_dates_that_the_catalogue_states_go_before_those_of_tags(shipped):
    stated = ask(shipped, "select version, day from raw.release_dates where community = 'cloudstack'")
    assert ("4.0.0", date(2012, 11, 6)) in stated
    assert len(stated) >= 4
    assert all(said for (said,) in ask(shipped, "select stated_by from raw.release_dates"))
    rows = ask(shipped, "select version, released_at, dated_by, month from core.releases "
                        "where community = 'cloudstack' and version in ('4.0.0', '4.0.2') order by 1")  # fmt: skip
    assert rows == [
        ("4.0.0", date(2012, 11, 6), "curated", date(2012, 11, 1)),
        ("4.0.2", date(2025, 1, 1), "tag", date(2025, 1, 1)),
    ]


# ---- what a rule may be ----------------------------------------------------------------------------------------

PLAIN = ["1", "v", "-", "_", "/", r"\d", r"\.", "(", "(?:", ")", "|", "?", "*", "+"]
TOKENS = [*PLAIN, "[", "]", ".", "{", "}", "^",
          "$", "\\", r"\w", "(?=", "(?P<a>", "(?i)", ":", " ", "\n", "é"]  # fmt: skip


@pytest.fixture(scope="module")
def con():
    """A DuckDB in memory."""
    with duckdb.connect() as con:
        yield con


@given(
    st.one_of(st.lists(st.sampled_from(tokens), max_size=8).map("".join) for tokens in (PLAIN, TOKENS)),
    st.text("1v-_/.é", max_size=6),
)
@example(r"(?:v|1)+(\d*)*", "v11")
@example(r"(1+)+", "1" * 4000 + "v")
def test_the_catalogue_accepts_only_rules_that_the_database_reads_alike(con, rule, name):
    try:
        pattern = tag_rule(rule)
    except ValueError:
        return
    ((said,),) = con.execute("select regexp_full_match($name, $rule)", {"name": name, "rule": rule}).fetchall()
    if len(name) < 100:
        assert said == bool(pattern.fullmatch(name))
