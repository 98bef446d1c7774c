"""What may stand in the catalogue about counts, and that the demo has every page of it."""

import pytest

from flows.demo.counts import invent_pages
from pipelines.catalogue import count_pages, history, measures, urls
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import CATALOGUE


@pytest.mark.parametrize(
    ("kind", "url", "page"),
    [
        ("github", "https://api.github.com/repos/a/b.c", "a__b.c"),
        ("github", "https://api.github.com/repos/a/b/contributors", "a__b__contributors"),
        ("github", "https://api.github.com/orgs/a/public_members", "a__public_members"),
        ("github", "https://api.github.com/orgs/a/members", None),
        ("github", "https://api.github.com/repos/a/..", None),
        ("launchpad", "https://api.launchpad.net/1.0/~birds/members", "birds__members"),
        ("launchpad", "https://api.launchpad.net/1.0/birds/members", None),
        ("openinfra", "https://x.example.org/api/public/v1/members", "members"),
        ("openinfra", "https://x.example.org/api/public/v1/members/all/companies", "companies"),
        ("openinfra", "https://x.example.org/api/public/v1/members/7", None),
        ("asf", "https://x.example.org/groups.json", "groups"),
        ("asf", "https://x.example.org/people.json", None),
    ],
)
def test_a_url_is_a_page_that_states_counts_or_a_mistake(kind, url, page):
    if page is None:
        with pytest.raises(ValueError, match=f"a page of kind {kind} ends in"):
            urls.KINDS[kind](url)
    else:
        assert urls.KINDS[kind](url) == page


def test_the_catalogue_asks_github_at_most_twelve_questions_a_night():
    sources = [s for c in load_catalogue(CATALOGUE) for s in c.sources if s.kind == "github" and s.enabled]
    assert 0 < sum(len(source.urls) for source in sources) <= 12


def test_only_a_measure_of_who_is_registered_counts_members(tmp_path):
    text = (CATALOGUE / "opennebula.toml").read_text()
    (tmp_path / "birds.toml").write_text(text.replace('"registered_users"', '"committers"'))
    with pytest.raises(CatalogueError, match="registered: no measure of the kind registered: 'committers'"):
        load_catalogue(tmp_path)


def test_every_measure_says_what_it_is_and_its_breaks_are_of_known_communities():
    known = measures.load()
    slugs = {community.slug for community in load_catalogue(CATALOGUE)}
    assert {"registered_users", "active_users_30_days", "participating_users_30_days"} <= known.keys()
    for measure in known.values():
        assert measure.definition.endswith(".")
        assert {each.community for each in measure.breaks} <= slugs
    assert [each.day.year for each in known["individual_members"].breaks] == [2025]
    assert {known[name].kind for name in ("stars", "forks", "watchers")} == {"attention"}


def test_the_demo_has_every_page_of_the_catalogue_and_what_was_published():
    declared = load_catalogue(CATALOGUE)
    sources = [source for community in declared for source in community.sources]
    figures = history.load(CATALOGUE.parent / "history", [community.slug for community in declared])
    pages = invent_pages(sources, figures)
    assert len(pages) == sum(len(source.urls) for source in sources if source.kind in count_pages.KINDS)
    project = pages["/projects.apache.org/json/foundation/groups.json"]
    assert (project.committers, len(project.joined)) == (138, 57)
