"""The catalogue and its page as they are shipped."""

import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.catalogue import schema
from pipelines.catalogue.community_file import CommunityFile
from pipelines.catalogue.facts import FactBlock, ReleaseDateBlock
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.platform_facts import TIMELESS, TOPICS, period_of
from pipelines.catalogue.sources import FAMILIES
from pipelines.catalogue.urls import ARCHIVES, CHANNELS, KINDS, unit_of
from pipelines.catalogue.urls import units as units_of
from pipelines.folders import CHECKOUT
from pipelines.model import Community

PAGE = (CHECKOUT / "data/README.md").read_text(encoding="utf-8")
FOUR = ("cloudstack", "eucalyptus", "opennebula", "openstack")
"""The founding communities: others may be added beside them."""


ONLY_REPLAYED = (
    *("ceilometer", "heat", "heat-cfnclient", "heat-cfntools", "heat-templates", "django_openstack_auth"),
    *(f"python-{each}client" for each in ("ceilometer", "cinder", "glance", "heat", "keystone", "neutron")),
    *("python-novaclient", "python-swiftclient"),
)
"""With the seven services of core they are the 21 repositories of OpenStack in 2013."""


def the_four() -> list[Community]:
    return [community for community in load_catalogue(CHECKOUT / "data/communities") if community.slug in FOUR]


def test_the_shipped_catalogue_is_right_and_names_the_four() -> None:
    assert tuple(community.slug for community in the_four()) == FOUR
    sources = {source.id: source for community in the_four() for source in community.sources}
    units = {name: units_of(source) for name, source in sources.items()}
    lists = [s.urls for s in sources.values() if s.kind == "series_status"]
    assert lists == [("https://opendev.org/openstack/releases/raw/branch/master/data/series_status.yaml",)]
    services = ("nova", "glance", "swift", "keystone", "cinder", "neutron", "horizon")
    assert {name: named for name, named in units.items() if sources[name].kind in ("git", "series_status")} == {
        "cloudstack/core": ["apache/cloudstack"],
        "eucalyptus/eucalyptus": ["eucalyptus/eucalyptus"],
        "eucalyptus/corymbia": ["Corymbia/eucalyptus"],
        "opennebula/core": ["OpenNebula/one"],
        "openstack/core": [f"openstack/{name}" for name in services],
        "openstack/series": ["series_status.yaml"],
        "openstack/integrated-2013": [f"openstack/{name}" for name in ONLY_REPLAYED],
        "openstack/official": [],
    }
    off = [source for source in sources.values() if not source.enabled]
    assert [source.id for source in off if source.kind == "git"] == ["openstack/official"]
    assert [source.id for source in sources.values() if source.replay_only] == ["openstack/integrated-2013"]
    assert len({*services, *ONLY_REPLAYED}) == 21
    assert all(source.audience == "bots" or source.why for source in off)
    assert sources["eucalyptus/corymbia"].continues == "eucalyptus/eucalyptus"


def test_the_shipped_lists_are_those_of_the_communities() -> None:
    sources = [source for community in the_four() for source in community.sources]
    talk = [source for source in sources if source.kind in CHANNELS]
    assert Counter(source.community for source in talk if source.visited) == {
        "cloudstack": 7, "openstack": 16, "opennebula": 3,
    }  # fmt: skip
    assert {source.community for source in talk if source.enabled and not source.visited} == {
        "cloudstack", "eucalyptus", "openstack", "opennebula",
    }  # fmt: skip
    assert not [
        source.id for source in talk if source.audience is None or (source.kind in ARCHIVES and not source.urls)
    ]
    assert not [source.id for source in talk if source.audience == "bots" and source.enabled], "no person writes"
    folded = {source.id for source in talk if source.continued_by == "openstack/discuss"}
    assert folded == {f"openstack/{name}" for name in ("general", "dev", "operators", "sigs", "tc")}
    assert {source.language for source in talk} >= {"en", "zh", "fr", "ru"}
    hosts = {urlsplit(url).hostname for source in talk if source.visited for url in source.urls}
    assert hosts == {"lists.openstack.org", "lists.openinfra.org", "lists.apache.org", "lists.opennebula.org",
                     "forum.opennebula.io"}  # fmt: skip


def test_the_shipped_facts_speak_of_every_topic_and_mark_what_is_not_confirmed() -> None:
    facts = {community.slug: community.facts for community in the_four()}
    for slug, own in facts.items():
        told = {(fact.topic, period_of(fact.as_of)) for fact in own}
        both = set(TOPICS) - set(TIMELESS) - {"hypervisors-hosted", "countries", "members"}
        assert told >= {(topic, None) for topic in TIMELESS} | {(topic, e) for topic in both for e in ("2013", "today")}
        assert len(told) >= 20 or slug != "openstack"
        assert [fact.source for fact in own if fact.confirmed and "general knowledge" in fact.source] == []
    unsure = Counter(slug for slug, own in facts.items() for fact in own if not fact.confirmed)
    assert unsure == {"cloudstack": 3, "eucalyptus": 1, "opennebula": 1, "openstack": 1}
    talk = {(slug, fact.topic) for slug, own in facts.items() for fact in own if fact.talk_said}
    assert {("opennebula", "hypervisors-hosted"), ("eucalyptus", "hypervisors"), ("openstack", "members")} <= talk


def words(table: str) -> list[str]:
    """Return the first column of the README's table that follows a text."""
    rows = PAGE.partition(table)[2].partition("\n|")[2].partition("\n\n")[0].splitlines()
    return [row.split("`")[1] for row in rows if row.startswith("| `")]


def test_the_readme_explains_every_topic_and_kind() -> None:
    assert words("The topics of facts are a closed list:") == list(TOPICS)
    assert all(f"`{kind}`" in PAGE for kind in KINDS)


def test_the_readme_explains_every_key_as_the_models_do() -> None:
    assert schema.readme_with_tables(PAGE) == PAGE, "run: uv run python -m pipelines.catalogue.schema"
    assert set(words("keys of sources, ")) == {key for family in FAMILIES for key in family.model_fields}
    assert words("keys of communities, ") == list(CommunityFile.model_fields)
    assert words("keys of release_dates, ") == list(ReleaseDateBlock.model_fields)
    assert words("keys of facts, ") == list(FactBlock.model_fields)


def test_the_schema_for_editors_is_that_of_the_models() -> None:
    shipped = json.loads(schema.SCHEMA_FILE.read_text(encoding="utf-8"))
    assert shipped == schema.community_schema(), "run: uv run python -m pipelines.catalogue.schema"


def test_the_community_files_name_the_schema() -> None:
    for file in (CHECKOUT / "data/communities").glob("*.toml"):
        hint = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("#:schema ")
        assert (file.parent / hint).resolve() == schema.SCHEMA_FILE


def test_the_example_of_the_readme_is_a_community(tmp_path: Path) -> None:
    (tmp_path / "birds.toml").write_text(PAGE.partition("```toml\n")[2].partition("```")[0])
    (birds,) = load_catalogue(tmp_path)
    assert [unit_of(url) for source in birds.sources for url in source.urls] == ["birds/one", "birds/two"]
