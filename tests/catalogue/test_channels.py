"""Channels of a community file: what they are, and each mistake by its key."""

from dataclasses import replace

import pytest
from support.channels import CHANNEL
from support.crawl import HEAD

from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.catalogue.urls import units


def test_channels_are_loaded_with_what_they_are(tmp_path):
    (tmp_path / "birds.toml").write_text(HEAD + CHANNEL)
    (birds,) = load_catalogue(tmp_path)
    dev, users, _, forum, _ = birds.sources
    assert (dev.address, dev.language, dev.audience) == ("dev@lists.example.org", "fr", "developers")
    assert (users.language, users.audience, users.visited) == ("en", None, True)
    assert (forum.urls, forum.evidence, forum.visited) == ((), "Named on the home page of 2011.", False)
    assert not replace(dev, enabled=False).visited
    assert [units(s) for s in birds.sources] == [["index"], ["index"], ["index"], [], ["dev.mbox"]]
    assert len(catalogue_table([birds]).splitlines()) == 6


def test_the_former_word_for_an_audience_of_bots_is_read(tmp_path):
    (tmp_path / "birds.toml").write_text(HEAD + CHANNEL.replace('audience = "developers"', 'audience = "machines"', 1))
    (birds,) = load_catalogue(tmp_path)
    assert birds.sources[0].audience == "bots"


DEV_URL = "https://lists.example.org/archives/list/dev@lists.example.org/"
BROKEN = {
    "no address": ('address = "dev@lists.example.org"\n', "", "sources[0].address: missing"),
    "address in capitals": ('"dev@lists', '"Dev@lists', "sources[0].address: not the address of a list, in lower case"),
    "address of nothing": ('"users@birds.example.org"', '"users"', "sources[1].address: not the address of a list"),
    "another list": ('address = "dev@', 'address = "qa@', "sources[0].urls[0]: it must end in /list/ADDRESS/"),
    "language": ('"fr"', '"French"', "sources[0].language: not the code of a language, like en: 'French'"),
    "audience": ('"developers"', '"developer"',
                 "sources[0].audience: unknown audience 'developer'; did you mean 'developers'?"),
    "two lists": (f'["{DEV_URL}"]', f'["{DEV_URL}", "https://x.example.org/"]',
                  "sources[0].urls: one url, because it is the archive of one list"),
    "same list twice": ('"users-cn@birds', '"users@birds', "sources[2].urls[0]: index is named already by birds.toml"),
    "a page for a folder": (f"{DEV_URL}", DEV_URL[:-1], "sources[0].urls[0]: the url of an archive is a folder"),
    "no url": (f'urls = ["{DEV_URL}"]\n', "", "sources[0].urls: missing"),
    "a folder above": (f"{DEV_URL}", "https://lists.example.org/../", "sources[0].urls[0]: the url of an archive is a"),
    "no evidence": ('evidence = "Named on the home page of 2011."\n', "", "sources[3].evidence: missing"),
    "evidence of a living one": ('audience = "developers"', 'evidence = "x"',
                                 "sources[0].evidence: only a source that is gone or unreadable has it"),
    "elsewhere": ("file://localhost/", "file://example.org/", "sources[4].urls[0]: the url of a mailbox is file://loc"),
    "out of its folder": ("/srv/", "/../", "sources[4].urls[0]: the url of a mailbox is file://localhost/"),
    "odd mailbox": ("/dev.mbox", "/-dev.mbox", "sources[4].urls[0]: not the plain name of a mailbox: '-dev.mbox'"),
    "rule for tags": ('audience = "developers"', "releases = '(1)'", "sources[0].releases: only a source of kind git"),
    "address of a repository": ('kind = "mbox"', 'kind = "git"\naddress = "dev@lists.example.org"',
                                "sources[4].address: only a mailing list or a forum has it"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_in_a_channel_is_told_by_its_key(tmp_path, old, new, expected):
    assert CHANNEL.count(old) == 1
    (tmp_path / "birds.toml").write_text(HEAD + CHANNEL.replace(old, new))
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(tmp_path)
    assert [line for line in str(refused.value).splitlines() if line.startswith(f"birds.toml: {expected}")]
