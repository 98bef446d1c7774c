"""Releases of the real histories, where those lie beside the checkout."""

import csv
import re
import subprocess
from datetime import UTC, date, datetime

import pytest
import yaml
from support.builders import land, row
from support.releases import BUNDLES, NEEDS_BUNDLES, SHARED, tag
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import units
from pipelines.folders import CATALOGUE, Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import SERIES
from pipelines.model import Verdict, Visit
from spiders.code.series_status import series


@pytest.fixture
def where(tmp_path):
    """An empty data folder."""
    return Folders(tmp_path / "data", tmp_path / "world" / "communities", tmp_path / "site")


REAL = {
    "cloudstack/core": "apache__cloudstack",
    "eucalyptus/eucalyptus": "eucalyptus__eucalyptus",
    "eucalyptus/corymbia": "Corymbia__eucalyptus",
    "opennebula/core": "OpenNebula__one",
}


CANDIDATE = re.compile(r"(?i)rc|alpha|beta|prerelease|-m\d|-s0|\.(80|85|90)$")
STRAYS = {
    "cloudstack/core": {"2.1.98", "2.1.99", "4.11.1", "ovm3", "tag-Acton", "tag-zbaremetal", "tag-2.1.10.zucchini",
                        "tag-2.2.10-2", "tag-2.2.14-P2", "patch-13777/13375-fix"},
    "opennebula/core": {"psych", "release-1.8.0", "release-5.11.8", "release-4.12.0", "release-3.2-s1",
                        "release-3.8.3-2"},
    "eucalyptus/eucalyptus": {"jaunty", "karmic", "2.0-branch", "ha-baseline"},
}  # fmt: skip
"""Tags of the real histories that are neither a release nor a candidate, each looked at by a person."""


@NEEDS_BUNDLES
@pytest.mark.parametrize("source_id", STRAYS)
def test_no_release_of_the_real_histories_is_lost_and_no_candidate_or_stray_is_among_them(source_id):
    """Every tag is a release, or looks like a candidate, or is a known stray; and never two of these."""
    known = {s.id: s for c in load_catalogue(CATALOGUE) for s in c.sources}[source_id]
    heads = subprocess.run(["git", "bundle", "list-heads", BUNDLES / f"{REAL[source_id]}.bundle"],
                           capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
    tags = {head.removeprefix("refs/tags/") for head in heads if head.startswith("refs/tags/")}
    released = {name for name in tags if re.fullmatch(known.releases, name)}
    released -= {name for name in tags for rule in known.not_releases if re.fullmatch(rule, name)}
    assert {name for name in released if CANDIDATE.search(name)} == set()
    assert released.isdisjoint(STRAYS[source_id])
    rest = {name for name in tags - released if not CANDIDATE.search(name)} - STRAYS[source_id]
    builds = ("TAG_", "tag_")  # of the company's other product
    assert {name for name in rest if not name.startswith(builds) and "fixup" not in name} == set()
    assert len(released) > 30


@NEEDS_BUNDLES
def test_the_releases_of_the_real_histories(where):
    four = load_catalogue(CATALOGUE)
    for each in (s for c in four for s in c.sources if s.id in REAL):
        name = REAL[each.id]
        heads = subprocess.run(["git", "bundle", "list-heads", BUNDLES / f"{name}.bundle"],
                               capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
        tags = [tag(head.removeprefix("refs/tags/"), None) for head in heads if head.startswith("refs/tags/")]
        assert len(tags) > 50
        land(where, each, units(each)[0], [row(7, datetime(2025, 3, 1))], tags)
    payload = SHARED / "payloads/openstack-releases/series_status.yaml"
    openstack = next(s for c in four for s in c.sources if s.kind == "series_status")
    visit = Visit("openstack", openstack.name, openstack.kind, "series_status.yaml", openstack.urls[0],
                  datetime(2026, 8, 15, tzinfo=UTC), Verdict.OK)  # fmt: skip
    harvest.land(where, Harvest(visit, 0.0, SERIES, [series(payload.read_bytes())], []))
    build_tables(where, four, date(2026, 8, 20))
    counts = ask(where, "select community, count(*), count(*) filter (kind = 'feature') from core.releases "
                        "group by all order by 1")  # fmt: skip
    assert counts == [("cloudstack", 78, 19), ("eucalyptus", 44, 16), ("opennebula", 140, 33), ("openstack", 33, 33)]
    named = dict(ask(where, "select name, released_at from core.releases where community = 'openstack'"))
    out = [s for s in yaml.safe_load(payload.read_text()) if s["status"] not in ("future", "development")]
    assert named == {s["name"]: s["initial-release"] for s in out}, "every series, on the day that its list states"
    assert (min(named.values()), max(named.values())) == (date(2010, 10, 21), date(2026, 4, 1))
    assert (named["folsom"], named["havana"]) == (date(2012, 9, 27), date(2013, 10, 17))
    versions = {
        version for (version,) in ask(where, "select version from core.releases where community = 'cloudstack'")
    }
    with (SHARED / "series" / "cloudstack_release_commits.tsv").open() as lines:
        commits = [line for line in csv.DictReader(lines, delimiter="\t") if line["commit_date"] < "2021-10"]
    prepared = {re.search(r"release (\S+)$", line["subject"])[1] for line in commits}
    assert len(prepared) > 20
    assert prepared <= versions
