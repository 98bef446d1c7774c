from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import (
    CHANNELS,
    COMMUNITY_KEYS,
    DATE_KEYS,
    FACT_KEYS,
    SOURCE_KEYS,
    CatalogueError,
    load_catalogue,
)
from pipelines.catalogue.platform_facts import TIMELESS, TOPICS, period_of
from pipelines.catalogue.urls import ARCHIVES, KINDS, file_of, repository_url, unit_of
from pipelines.catalogue.urls import units as units_of
from pipelines.folders import CHECKOUT
from pipelines.model import Verdict

PAGE = (CHECKOUT / "data/README.md").read_text(encoding="utf-8")

BIRDS = """\
name = "Birds"
homepage = "https://birds.example.org/"
born = 2010-07-01

[[sources]]
name = "core"
kind = "git"
since = 2010-05-01
why = "The two that fly."
urls = ["git+https://forge.example.org/birds/one", "git+http://forge.example.org:8080/x/birds/Two.git"]

[[sources]]
name = "official"
kind = "git"
since = 2012-01-01
why = "Whatever the nest lists."
urls_from = "https://forge.example.org/nest/projects.yaml"
url_template = "git+https://forge.example.org/{repository}"
enabled = false
"""

FISH = """\
name = "Fish"
homepage = "https://fish.example.org"
born = 2009-01-01

[[sources]]
name = "pond"
kind = "git"
since = 2009-01-01
until = 2017-11-30
why = "Where they began."
urls = ["git+https://forge.example.org/fish/scales"]
continued_by = "fish/sea"

[[sources]]
name = "sea"
kind = "git"
since = 2017-08-01
why = "Where they went."
urls = ["git+file://localhost/mirror/sea__scales.bundle"]
continues = "fish/pond"
snapshot = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "birds.toml").write_text(BIRDS)
    (tmp_path / "fish.toml").write_text(FISH)
    return tmp_path


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)
    return str(refused.value).splitlines()


def test_a_good_catalogue_is_loaded_whole_and_by_slug(folder: Path) -> None:
    (folder / ".draft.toml").write_text("not = [toml")
    (folder / "notes.txt").write_text("nor this")
    birds, fish = load_catalogue(folder)
    assert (birds.slug, birds.name, birds.homepage) == ("birds", "Birds", "https://birds.example.org/")
    assert (birds.born, fish.slug) == (date(2010, 7, 1), "fish")
    core, official = birds.sources
    assert (core.id, core.kind, core.enabled, core.snapshot, core.until) == ("birds/core", "git", True, False, None)
    assert [unit_of(url) for url in core.urls] == ["birds/one", "birds/Two"]
    assert (official.urls, official.enabled) == ((), False)
    assert official.urls_from == "https://forge.example.org/nest/projects.yaml"
    pond, sea = fish.sources
    assert (pond.until, pond.continued_by) == (date(2017, 11, 30), sea.id)
    assert (sea.since, sea.continues, sea.snapshot) == (date(2017, 8, 1), pond.id, True)


def test_the_table_is_aligned_and_says_what_is_off(folder: Path) -> None:
    assert catalogue_table(load_catalogue(folder)).splitlines() == [
        "community  source    kind  units               since       until       state  continues",
        "birds      core      git   2                   2010-05-01  -           on     -",
        "birds      official  git   from projects.yaml  2012-01-01  -           off    -",
        "fish       pond      git   1                   2009-01-01  2017-11-30  on     -",
        "fish       sea       git   1                   2017-08-01  -           on     fish/pond",
    ]


URL = "git+https://forge.example.org/birds/one"
SCHEMES = "the scheme of the url is not one of git+https, git+http, git+file"
BROKEN = {
    "wrong key": ("until = 2017", "untill = 2017", "sources[0].untill: unknown key; did you mean 'until'?"),
    "strange key": ('kind = "git"\nsince = 2009', 'kind = "git"\nzzz = 1\nsince = 2009',
                    "sources[0].zzz: unknown key (known: address, audience, captures, continued_by, continues, "),
    "wrong top key": ("born =", "borne =", "borne: unknown key; did you mean 'born'?"),
    "missing top key": ("born = 2009-01-01\n", "", "born: missing"),
    "missing key": ('why = "Where they went."\n', "", "sources[1].why: missing"),
    "empty text": ('"Where they went."', '" "', "sources[1].why: not a text of one line: ' '"),
    "two lines": ('"Where they went."', '"a\\nb"', "sources[1].why: not a text of one line: 'a\\nb'"),
    "number for text": ('"Where they went."', "7", "sources[1].why: not a text of one line: 7"),
    "text for flag": ("snapshot = true", 'snapshot = "yes"', "sources[1].snapshot: neither true nor false: 'yes'"),
    "number for flag": ("snapshot = true", "snapshot = 1", "sources[1].snapshot: neither true nor false: 1"),
    "text for date": ("since = 2017-08-01", 'since = "2010-13"', "sources[1].since: not a date: '2010-13'"),
    "moment for date": ("since = 2017-08-01", "since = 2017-08-01T00:00:00", "sources[1].since: not a date: datetime"),
    "bad birth": ("born = 2009-01-01", "born = 2009", "born: not a date: 2009"),
    "until before since": ("until = 2017-11-30", "until = 2008-12-31",
                           "sources[0].until: 2008-12-31 is before since, 2009-01-01"),
    "unknown kind": ('"git"\nsince = 2017', '"got"\nsince = 2017',
                     "sources[1].kind: unknown kind 'got'; did you mean 'git'?"),
    "unlike kind": ('"git"\nsince = 2017', '"smoke"\nsince = 2017',
                    "sources[1].kind: unknown kind 'smoke' (known: "),
    "kind as list": ('"git"\nsince = 2017', "[]\nsince = 2017", "sources[1].kind: not a text of one line: []"),
    "bad source name": ('name = "sea"', 'name = "Sea_1"', "sources[1].name: 'Sea_1' does not match [a-z][a-z0-9-]*"),
    "duplicate name": ('name = "sea"', 'name = "pond"', "sources[1].name: 'pond' is already the name of sources[0]"),
    "no sources": (FISH[FISH.index("[[") :], "", "sources: missing"),
    "sources no blocks": (FISH[FISH.index("[[") :], "sources = [1]",
                          "sources: one [[sources]] block or more is needed"),
    "insecure homepage": ("https://fish", "http://fish", "homepage: the scheme of the url is not one of https"),
    "one url for urls": ('["git+file://localhost/mirror/sea__scales.bundle"]', f'"{URL}"',
                         "sources[1].urls: not a list with something in it: 'git+https:"),
    "no urls": ('["git+file://localhost/mirror/sea__scales.bundle"]', "[]",
                "sources[1].urls: not a list with something in it: []"),
    "number for url": ('["git+file://localhost/mirror/sea__scales.bundle"]', "[7]",
                       "sources[1].urls[0]: not a text of one line: 7"),
    "no place": ('urls = ["git+file', '# urls = ["git+file',
                 "sources[1].urls: missing (or urls_from together with url_template)"),
    "two places": ("snapshot = true", 'urls_from = "https://forge.example.org/a.yaml"',
                   "sources[1].urls_from: not together with urls"),
    "scheme": ("git+https://forge", "ssh://forge", f"sources[0].urls[0]: {SCHEMES}"),
    "same unit twice": ("git+file://localhost/mirror/sea__scales.bundle", "git+https://other.example.org/Fish/scales",
                        "sources[1].urls[0]: Fish/scales is named already by fish.toml: sources[0].urls[0]"),
    "no successor": ('"fish/sea"', '"fish/lake"', "sources[0].continued_by: no such source: 'fish/lake'; did you mean"),
    "one-sided": ('continues = "fish/pond"\n', "",
                  "sources[0].continued_by: fish/sea must have continues = 'fish/pond'"),
    "one-sided back": ('continued_by = "fish/sea"\n', "",
                       "sources[1].continues: fish/pond must have continued_by = 'fish/sea'"),
    "wrong way round": ("since = 2017-08-01", "since = 2009-01-01",
                        "sources[1].continues: fish/pond must begin earlier, not on 2009-01-01"),
    "rule not for it": ("snapshot = true", "releases = '(1'",
                        "sources[1].releases: not a regular expression: missing ), unterminated subpattern"),
    "rule with a dot": ("snapshot = true", "releases = 'v(.+)'", "sources[1].releases: in a rule only letters, digits"),
    "rule that looks ahead": ("snapshot = true", "releases = '(?=a)(1)'", "sources[1].releases: in a rule only"),
    "rule that never gives back": ("snapshot = true", r"releases = '(\d++)'", "sources[1].releases: in a rule only"),
    "rule without end": ("snapshot = true", f"releases = '({'1' * 200})'", "sources[1].releases: in a rule only"),
    "rule without version": ("snapshot = true", r"releases = 'v\d+'", "sources[1].releases: exactly one group, the"),
    "rule of two versions": ("snapshot = true", r"releases = '(\d)(\d)'", "sources[1].releases: exactly one group"),
    "rule as list": ("snapshot = true", "releases = ['(1)']", "sources[1].releases: not a text of one line"),
    "exception as text": ("snapshot = true", "releases = '(1)'\nnot_releases = 'a'",
                          "sources[1].not_releases: not a list with something in it: 'a'"),
    "wrong exception": ("snapshot = true", "releases = '(1)'\nnot_releases = ['a', 'b**']",
                        "sources[1].not_releases: in a rule only letters, digits"),
    "exception to nothing": ("snapshot = true", "not_releases = ['a']",
                             "sources[1].not_releases: nothing to leave out without releases"),
    "rule for no tags": ('"git"\nsince = 2017', '"series_status"\nreleases = "(1)"\nsince = 2017',
                         "sources[1].releases: only a source of kind git has it"),
    "repository as list": ('"git"\nsince = 2017', '"series_status"\nsince = 2017',
                           "sources[1].urls[0]: the scheme of the url is not one of https, http"),
    "dates no blocks": ("born = 2009-01-01", "born = 2009-01-01\nrelease_dates = []",
                        "release_dates: one [[release_dates]] block or more is needed"),
    "date without source": ("snapshot = true", "[[release_dates]]\nversion = '1'\nday = 2010-01-01",
                            "release_dates[0].source: missing"),
    "moment of release": ("snapshot = true", "[[release_dates]]\nversion = '1'\nday = '2010'\nsource = 'x'",
                          "release_dates[0].day: not a date: '2010'"),
    "version with two days": ("snapshot = true",
                              "[[release_dates]]\nversion = '1'\nday = 2010-01-01\nsource = 'x'\n" * 2,
                              "release_dates[1].version: '1' has its day already in release_dates[0]"),
    "syntax": ("born = 2009-01-01", "born = ", "not TOML: Invalid value (at line 3, column 8)"),
    "no such day": ("born = 2009-01-01", "born = 2009-02-30", "not TOML: Invalid date or datetime (at line 3,"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_told_by_file_and_key(folder: Path, old: str, new: str, expected: str) -> None:
    assert FISH.count(old) == 1
    (folder / "fish.toml").write_text(FISH.replace(old, new))
    assert [line for line in mistakes(folder) if line.startswith(f"fish.toml: {expected}")]


TEMPLATE = "git+https://forge.example.org/{repository}"
FROM = "https://forge.example.org/nest/projects.yaml"
BROKEN_PLACES = {
    "no template": (f'url_template = "{TEMPLATE}"\n', "", "url_template: missing beside urls_from"),
    "no file": (f'urls_from = "{FROM}"\n', "", "urls_from: missing beside url_template"),
    "folder": (FROM, "https://forge.example.org/nest/", "urls_from: the url of a file is needed"),
    "git for file": (FROM, URL, "urls_from: the scheme of the url is not one of https, http"),
    "nothing to fill": (TEMPLATE, URL, "url_template: {repository} must be in it exactly once"),
    "filled twice": (TEMPLATE, TEMPLATE + "/{repository}", "url_template: {repository} must be in it exactly once"),
    "not at the end": (TEMPLATE, TEMPLATE + "/a/b", "url_template: the template makes no address of the repository"),
    "as host": (TEMPLATE, "git+https://{repository}/b", "url_template: the template makes no address of the repositor"),
    "scheme": (TEMPLATE, "ext://forge.example.org/{repository}", f"url_template: {SCHEMES}"),
}


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN_PLACES.values(), ids=BROKEN_PLACES)
def test_a_wrong_list_of_repositories_is_told(folder: Path, old: str, new: str, expected: str) -> None:
    assert BIRDS.count(old) == 1
    (folder / "birds.toml").write_text(BIRDS.replace(old, new))
    (told,) = mistakes(folder)
    assert told.startswith(f"birds.toml: sources[1].{expected}")


FACTS = """
[[facts]]
topic = "cadence"
as_of = "2013-11"
text = "Every spring."
per_year = [1, 1.5]
source = "The nest."

[[facts]]
topic = "image-formats"
as_of = 2026-08-01
values = ["raw", "qcow2"]
confirmed = false
talk_said = "vdi"
url = "https://birds.example.org/formats"
source = "The nest."

[[facts]]
topic = "first-release"
text = "1.0 in spring."
version = "1.0"
day = 2010-05-01
source = "The nest."
"""
BROKEN_FACTS = {
    "topic": ('topic = "cadence"', 'topic = "cadenc"', "[0].topic: unknown topic 'cadenc'; did you mean 'cadence'?"),
    "no topic": ('topic = "cadence"\n', "", "[0].topic: missing"),
    "topic of another type": ('topic = "cadence"', "topic = 7", "[0].topic: not a text of one line: 7"),
    "no source": ('per_year = [1, 1.5]\nsource = "The nest."\n', "", "[0].source: missing"),
    "key": ("per_year", "per_yaer", "[0].per_yaer: unknown key; did you mean 'per_year'?"),
    "when": ('"2013-11"', '"2013-13"', "[0].as_of: neither a year, a month like '2013-11' nor a date: '2013-13'"),
    "moment": ('"2013-11"', "2013-11-01T00:00:00", "[0].as_of: neither a year, a month like"),
    "no time": ('as_of = "2013-11"\n', "", "[0].as_of: missing"),
    "of all times": ('text = "1.0 in', 'as_of = "2010"\ntext = "1.0 in', "[2].as_of: not for what is true of all"),
    "nothing said": ('text = "Every spring."\n', "", "[0].text: one of values and text is needed, not both"),
    "said twice": ('text = "Every', 'values = ["1"]\ntext = "Every', "[0].text: one of values and text is needed, not"),
    "no value": ('["raw", "qcow2"]', "[]", "[1].values: not a list with something in it: []"),
    "number": ('["raw", "qcow2"]', "[7]", "[1].values: not a text of one line: 7"),
    "format": ("qcow2", "qcow3", "[1].values[1]: unknown image format 'qcow3'; did you mean 'qcow2'?"),
    "formats in a sentence": ('values = ["raw", "qcow2"]', 'text = "raw"', "[1].values: missing; formats are named"),
    "range": ("[1, 1.5]", "[2, 1]", "[0].per_year: not two numbers, at least and at most: [2, 1]"),
    "no numbers": ("[1, 1.5]", "[true, nan]", "[0].per_year: not two numbers, at least and at most: [True, nan]"),
    "range elsewhere": ("day = 2010-05-01", "per_year = [1, 2]", "[2].per_year: only a fact about the cadence has it"),
    "release elsewhere": ("per_year = [1, 1.5]", "day = 2013-05-01", "[0].day: only a fact about a release has it"),
    "login": ("https://birds", "https://me:secret@birds", "[1].url: a user or a password is not allowed in a url"),
    "insecure": ("https://birds", "http://birds", "[1].url: the scheme of the url is not one of https"),
    "flag": ("confirmed = false", 'confirmed = "no"', "[1].confirmed: neither true nor false: 'no'"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN_FACTS.values(), ids=BROKEN_FACTS)
def test_a_wrong_fact_is_told_by_its_key(folder: Path, old: str, new: str, expected: str) -> None:
    assert FACTS.count(old) == 1
    (folder / "fish.toml").write_text(FISH + FACTS.replace(old, new))
    assert [line for line in mistakes(folder) if line.startswith(f"fish.toml: facts{expected}")]


def test_facts_are_loaded_as_they_stand_and_none_says_the_same_twice(folder: Path) -> None:
    (folder / "fish.toml").write_text(FISH + FACTS)
    cadence, formats, first = load_catalogue(folder)[1].facts
    assert (cadence.as_of, cadence.text, cadence.per_year, cadence.confirmed) == (
        "2013-11",
        "Every spring.",
        (1, 1.5),
        True,
    )
    assert (formats.as_of, formats.values, formats.confirmed) == ("2026-08-01", ("raw", "qcow2"), False)
    assert (first.as_of, first.version, first.day) == (None, "1.0", date(2010, 5, 1))
    (folder / "fish.toml").write_text(FISH + FACTS + FACTS[: FACTS.index('[[facts]]\ntopic = "image')])
    assert mistakes(folder) == ["fish.toml: facts[3].topic: facts[0] says the same"]
    (folder / "fish.toml").write_text(FISH + "\n[[facts]]\n" + FACTS.replace("cadence", "x").replace('"raw"', '"rwa"'))
    assert len(mistakes(folder)) == 4, "all at once: no topic, no source, a wrong topic, a wrong format"


def test_all_mistakes_of_all_files_are_told_at_once_in_one_line_each(folder: Path) -> None:
    (folder / "birds.toml").write_text(BIRDS.replace("name =", "nam =", 1).replace("2012-01-01", "2012"))
    (folder / "fish.toml").write_text(FISH.replace("fish/sea", "ants/hill").replace("fish/pond", "worms/soil"))
    (folder / "Mice.toml").write_text(BIRDS)
    (folder / "ants.toml").write_bytes(b'name = "Ants"\nhomepage = "\xff"\n')
    assert mistakes(folder) == [
        "ants.toml: not UTF-8 (at line 2)",
        "Mice.toml: the file name must match [a-z][a-z0-9-]*",
        "birds.toml: nam: unknown key; did you mean 'name'?",
        "birds.toml: name: missing",
        "birds.toml: sources[1].since: not a date: 2012",
        "fish.toml: sources[1].continues: no such source: 'worms/soil'"
        " (known: Mice/core, Mice/official, birds/core, birds/official, fish/pond, fish/sea)",
    ]


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "ants.toml").symlink_to(folder / "nowhere")
    (folder / "bees.toml").mkdir()
    assert mistakes(folder) == [
        "ants.toml: cannot be read: No such file or directory",
        "bees.toml: cannot be read: Is a directory",
    ]


def test_a_quoted_key_does_not_break_the_line(folder: Path) -> None:
    (folder / "fish.toml").write_text('"a\\nb" = 1\n' + FISH)
    (told,) = mistakes(folder)
    assert told.startswith("fish.toml: a b: unknown key")


def test_a_folder_without_communities_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path) == [f"{tmp_path}: no community file (*.toml) in it"]
    assert mistakes(tmp_path / "none") == [f"{tmp_path / 'none'}: no such folder"]


GOOD_URLS = {
    "git+https://forge.example.org/birds/one": "birds/one",
    "git+https://forge.example.org/birds/one.git": "birds/one",
    "git+http://127.0.0.1:8080/forge.example.org/birds/one": "birds/one",
    "git+http://[::1]:8080/birds/one": "birds/one",
    "git+https://forge.example.org/Birds/one.two_3-4.git": "Birds/one.two_3-4",
    "git+file://localhost/mirror/birds/one.git": "birds/one",
    "git+file://localhost/mirror/birds__one.bundle": "birds/one",
    "git+file://localhost/mirror/birds__one__two.git": "birds/one__two",
    "git+file://localhost/my%20mirror/birds__one.bundle": "birds/one",
    "git+file://localhost/birds/__init__.git": "birds/__init__",
}


@pytest.mark.parametrize(("url", "unit"), GOOD_URLS.items())
def test_a_git_url_names_its_unit(url: str, unit: str) -> None:
    assert unit_of(url) == unit


BAD_URLS = {
    "": "scheme",
    "git+https": "scheme",
    "forge.example.org/birds/one": "scheme",
    "https://forge.example.org/birds/one": "scheme",
    "GIT+HTTPS://forge.example.org/birds/one": "scheme",
    "git+ssh://forge.example.org/birds/one": "scheme",
    "git+ext::sh://forge.example.org/birds/one": "scheme",
    "git+https:///birds/one": "needs a host",
    "git+https://:80/birds/one": "needs a host",
    "git+https://-oProxy/birds/one": "needs a host",
    "git+https://forge.example.org:0/birds/one": "needs a host",
    "git+https://forge.example.org:http/birds/one": "[Pp]ort",
    "git+https://[::1/birds/one": "IPv6",
    "git+file:///birds/one": "needs a host",
    "git+file://forge.example.org/birds/one": "must be localhost",
    "git+file://localhost:80/birds/one": "must be localhost",
    "git+https://me:secret@forge.example.org/birds/one": "user or a password",
    "git+https://@forge.example.org/birds/one": "user or a password",
    "git+https://forge.example.org/birds/one?": "query or a fragment",
    "git+https://forge.example.org/birds/one?a=b": "query or a fragment",
    "git+https://forge.example.org/birds/one#a": "query or a fragment",
    "git+https://forge.example.org/birds/o ne": "a url has no ' '",
    "git+https://forge.example.org/birds/one\n": r"a url has no '\\n'",
    "git+https://forge.example.org/birds\\one": "a url has no",
    "git+https://forge.example.org/birds/öne": "a url has no 'ö'",
    "git+https://forge.example.org/{repository}": "a url has no '{'",
    "git+https://forge.example.org/birds%0a/birds/one": "not a plain path",
    "git+https://forge.example.org/../birds/one": "not a plain path",
    "git+https://forge.example.org/%2e%2e/birds/one": "not a plain path",
    "git+https://forge.example.org//birds/one": "not a plain path",
    "git+https://forge.example.org/birds/one/": "not a plain path",
    "git+https://forge.example.org": "not a plain path",
    "git+https://forge.example.org/one": "owner/name",
    "git+https://forge.example.org/birds/.git": "owner/name",
    "git+https://forge.example.org/birds/-one": "owner/name",
    "git+https://forge.example.org/-birds/one": "owner/name",
    "git+https://forge.example.org/birds/o..ne": "owner/name",
    "git+https://forge.example.org/birds/one%2b": "owner/name",
    "git+https://forge.example.org/birds/" + "o" * 101: "owner/name",
    "git+file://localhost/birds__-one.bundle": "owner/name",
    "git+https://forge.example.org/birds__one.bundle": "owner/name",
}


@pytest.mark.parametrize(
    ("url", "file"),
    [("https://forge.example.org/a/list.yaml", "list.yaml"), ("http://127.0.0.1:8080/h/my%20/list", "list")],
)
def test_the_url_of_a_file_names_its_unit(url: str, file: str) -> None:
    assert file_of(url) == file


@pytest.mark.parametrize(
    "url",
    ["", "git+https://forge.example.org/a/b", "file://localhost/etc/passwd", "https://forge.example.org",
     "https://forge.example.org/", "https://forge.example.org/a/", "https://forge.example.org/../list.yaml",
     "https://forge.example.org/%2e%2e/list.yaml", "https://forge.example.org/a/..%2flist", "https://h/a/.list",
     "https://h/a/li..st", "https://h/a/-list", "https://h/a/list%0a", "https://h/list.yaml?a=b", "https://u:p@h/list",
     "https://h/" + "a" * 101],
)  # fmt: skip
def test_a_url_that_is_no_plain_address_of_a_file_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"scheme|file|query|user"):
        file_of(url)


@pytest.mark.parametrize(("url", "why"), BAD_URLS.items())
def test_a_url_that_is_no_plain_address_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        unit_of(url)


def test_a_refusal_does_not_repeat_a_password() -> None:
    for url in ("git+https://me:secret@forge.example.org/a/b", "me:secret@forge.example.org:a/b"):
        with pytest.raises(ValueError, match=r"^((?!secret).)*$"):
            unit_of(url)


PARTS = st.sampled_from(["git+https", "git+file", "://", "localhost", "/", "..", ".", "-", "__", "%2e", "%2f", "%00",
                         ":", "@", "[", "]", "?", "#", ".git", ".bundle", "birds", "one", "\n", "ü", "\\"])  # fmt: skip
URLS = st.one_of(
    st.text(),
    st.lists(PARTS).map("".join),
    st.text().map("git+https://forge.example.org/birds/".__add__),
    st.lists(PARTS).map(lambda parts: "git+https://forge.example.org/" + "".join(parts)),
    st.lists(PARTS).map(lambda parts: "git+file://localhost/" + "".join(parts)),
)


def answer(ask: Callable[..., str], *texts: str) -> str | None:
    try:
        return ask(*texts)
    except ValueError:
        return None


def is_plain(unit: str) -> bool:
    parts = unit.split("/")
    return len(parts) == 2 and all(parts) and ".." not in unit and not any(part.startswith("-") for part in parts)


@given(URLS)
@example("git+file://localhost/birds__one.bundle")
def test_any_text_names_a_plain_unit_or_is_refused(url: str) -> None:
    unit = answer(unit_of, url)
    assert unit is None or is_plain(unit)


@given(st.one_of(st.text(), st.lists(PARTS).map("".join)))
@example("birds/one")
def test_a_foreign_name_is_put_in_as_it_is_or_refused(name: str) -> None:
    url = answer(repository_url, TEMPLATE, name)
    assert url is None or (is_plain(name) and url == f"git+https://forge.example.org/{name}" and unit_of(url) == name)


@pytest.mark.parametrize(
    "name", ["", "one", "a/b/c", "../etc/passwd", "birds/..", "-o/one", "birds/one.git", "b/o?x", "b/o\n", "{0}/o"]
)
def test_a_hostile_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="repository"):
        repository_url(TEMPLATE, name)


def test_a_template_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no address of the repository 'birds/two'"):
        repository_url(URL, "birds/two")


def test_the_shipped_catalogue_is_right_and_names_the_four() -> None:
    catalogue = {community.slug: community for community in load_catalogue(CHECKOUT / "data/communities")}
    assert list(catalogue) == ["cloudstack", "eucalyptus", "opennebula", "openstack"]
    sources = {source.id: source for community in catalogue.values() for source in community.sources}
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
        "openstack/official": [],
    }
    off = [source for source in sources.values() if not source.enabled]
    assert [source.id for source in off if source.kind == "git"] == ["openstack/official"]
    assert all(source.audience == "machines" or source.why for source in off)
    assert sources["eucalyptus/corymbia"].continues == "eucalyptus/eucalyptus"


def test_the_shipped_lists_are_those_of_the_communities() -> None:
    sources = [source for community in load_catalogue(CHECKOUT / "data/communities") for source in community.sources]
    talk = [source for source in sources if source.kind in CHANNELS]
    assert Counter(source.community for source in talk if source.visited) == {
        "cloudstack": 7, "openstack": 15, "opennebula": 3,
    }  # fmt: skip
    assert {source.community for source in talk if source.enabled and not source.visited} == {
        "cloudstack", "eucalyptus", "openstack", "opennebula",
    }  # fmt: skip
    assert not [
        source.id for source in talk if source.audience is None or (source.kind in ARCHIVES and not source.urls)
    ]
    assert not [source.id for source in talk if source.audience == "machines" and source.enabled], "no person writes"
    folded = {source.id for source in talk if source.continued_by == "openstack/discuss"}
    assert folded == {f"openstack/{name}" for name in ("general", "dev", "operators", "sigs", "tc")}
    assert {source.language for source in talk} >= {"en", "zh", "fr", "ru"}
    hosts = {urlsplit(url).hostname for source in talk if source.visited for url in source.urls}
    assert hosts == {"lists.openstack.org", "lists.openinfra.org", "lists.apache.org", "lists.opennebula.org",
                     "forum.opennebula.io"}  # fmt: skip


def test_several_lists_can_go_on_in_one_and_nothing_else_can(folder: Path) -> None:
    lists = FISH.replace('kind = "git"', 'kind = "unreadable"\nevidence = "x"').replace("snapshot = true\n", "")
    lists = lists[: lists.index("urls")] + lists[lists.index("continued_by") :].replace("urls", "#")
    third = lists[lists.index("[[sources]]") : lists.rindex("[[sources]]")].replace('"pond"', '"puddle"')
    (folder / "fish.toml").write_text(lists + third)
    *_, fish = load_catalogue(folder)
    assert [source.continued_by for source in fish.sources] == ["fish/sea", None, "fish/sea"]
    (folder / "fish.toml").write_text((lists + third).replace('continues = "fish/pond"', ""))
    assert mistakes(folder)[0] == "fish.toml: sources[0].continued_by: fish/sea must have continues = 'fish/pond'"


def test_the_shipped_facts_speak_of_every_topic_and_mark_what_is_not_confirmed() -> None:
    facts = {c.slug: c.facts for c in load_catalogue(CHECKOUT / "data/communities")}
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
    """Return the first column of the README's table that follows a line."""
    rows = PAGE.partition(table)[2].strip().partition("\n\n")[0].splitlines()
    return [row.split("`")[1] for row in rows if row.startswith("| `")]


def test_the_readme_explains_every_key_and_verdict() -> None:
    assert [*words("Each file begins with:"), "sources", "release_dates", "facts"] == list(COMMUNITY_KEYS)
    assert set(words("days or months away:")) == set(DATE_KEYS)
    assert words("what is not there is not stated:") == list(FACT_KEYS)
    assert words("The topics of facts are a closed list:") == list(TOPICS)
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
    assert set(words("one named set of repositories:")) == set(SOURCE_KEYS)
    assert words("How a visit ended (`verdict`):") == list(Verdict)


def test_the_example_of_the_readme_is_a_community(tmp_path: Path) -> None:
    (tmp_path / "birds.toml").write_text(PAGE.partition("```toml\n")[2].partition("```")[0])
    (birds,) = load_catalogue(tmp_path)
    assert [unit_of(url) for source in birds.sources for url in source.urls] == ["birds/one", "birds/two"]
