"""Files that say who is who: the forms of a line, what is refused, one way from a web server to one person less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import TODAY
from support.people import KEYED
from support.releases import forge
from support.tables_on_demand import ask, build_tables

from flows.collect import collect
from flows.demo import places
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.stored import stored_visits
from spiders.code.mailmap import aliases, mappings

REAL = CHECKOUT.parent / "shared" / "payloads" / "mailmap"
PAGE = b"""# Who is who.

Jane Invented <jane@example.org>
<jane@example.org> <jane@old.example.org>
Jane Invented <jane@example.org> <root@laptop>   # her laptop
Jane Invented <jane@example.org> jane <jane@bug.example.org>
this line says nothing
"""


def key(name, address):
    of = KEYED.of(name, address)
    return of.name_key, of.address_key


def test_each_form_of_a_line_says_who_is_proper_and_what_stands_in_commits():
    batch, odd = aliases(PAGE, KEYED)
    rows = [tuple(row.values()) for row in batch.to_pylist()]
    name, home = key(b"Jane Invented", b"jane@example.org")
    assert odd == 1
    assert rows == [
        (name, 2, None, None, home, 3),
        (None, 0, home, None, key(b"", b"jane@old.example.org")[1], 4),
        (name, 2, home, None, key(b"", b"root@laptop")[1], 5),
        (name, 2, home, *key(b"jane", b"jane@bug.example.org"), 6),
    ]


CASES = {
    "the last line holds": (b"Ann Auk <ann@auk.org> <old@birds.org>\nBob Bittern <bob@bittern.org> <old@birds.org>",
                            [b"bb <old@birds.org>", b"Ann Auk <ann@auk.org>"]),
    "addresses in any case": (b"Ann Auk <ann@auk.org> <OLD@Birds.org>", [b"a <old@birds.ORG>"]),
    "names in any case": (b"Ann Auk <ann@auk.org> anna <old@birds.org>", [b"ANNA <old@birds.org>"]),
    "an address that two people used": (
        b"Ann Auk <ann@auk.org> Ann <root@birds.org>\nBob Bittern <bob@bittern.org> Bob <root@birds.org>",
        [b"Ann <root@birds.org>", b"Bob <root@birds.org>", b"Cee <root@birds.org>"]),
    "one name that two people have": (b"Ann Auk I <ann@auk.org>\nAnn Auk II <ann@finch.org>",
                                      [b"Ann Auk <ann@auk.org>", b"Ann Auk <ann@finch.org>"]),
    "a name beats the rest, in any order": (b"Ann <ann@auk.org> Ann <x@birds.org>\nRest <rest@birds.org> <x@birds.org>",
                                            [b"Ann <x@birds.org>", b"Bob <x@birds.org>"]),
    "the name of one line and the address of another": (b"<ann@auk.org> <x@birds.org>\nAnn Auk <x@birds.org>",
                                                        [b"a <x@birds.org>"]),
    "the last of two names": (b"Ann One <x@birds.org>\nAnn Two <x@birds.org>", [b"a <x@birds.org>"]),
    "the last line for a name": (b"A <a@auk.org> n <x@birds.org>\nB <b@auk.org> N <x@birds.org>", [b"n <x@birds.org>"]),
    "a comment after the address": (b"Ann Auk <ann@auk.org>  # since 2013", [b"a <ann@auk.org>"]),
    "an address in a comment is one": (b"Ann Auk <ann@auk.org> # was <old@auk.org>",
                                       [b"a <old@auk.org>", b"# was <old@auk.org>", b"a <ann@auk.org>"]),
    "a comment line": (b"# Ann Auk <ann@auk.org>", [b"a <ann@auk.org>"]),
    "an indented number sign is a name": (b"  # Ann <ann@auk.org>", [b"a <ann@auk.org>"]),
    "blanks around names": (b" \tAnn  Auk\t <ann@auk.org>", [b"a <ann@auk.org>"]),
    "blanks in an address": (b"Ann Auk < ann@auk.org >", [b"a <ann@auk.org>"]),
    "no proper address": (b"Ann Auk <> <x@birds.org>", [b"a <x@birds.org>"]),
    "no commit address": (b"Ann Auk <ann@auk.org> <>", [b"a <>", b"b <x@birds.org>"]),
    "three addresses": (b"Ann Auk <ann@auk.org> <x@birds.org> <y@birds.org>", [b"a <x@birds.org>", b"a <y@birds.org>"]),
    "lines of Windows": (b"Ann Auk <ann@auk.org> <x@birds.org>\r\nBob <bob@birds.org>\r\n",
                         [b"a <x@birds.org>", b"b <bob@birds.org>"]),
    "an address without its end": (b"Ann Auk <ann@auk.org", [b"a <ann@auk.org>"]),
    "it does not lead on": (b"A <b@birds.org> <a@birds.org>\nC <c@birds.org> <b@birds.org>", [b"x <a@birds.org>"]),
}  # fmt: skip


def mapped(page, person):
    """Return a person under the names and addresses that our reading of a .mailmap gives them."""
    name, address = person[:-1].split(b" <")
    known = {(m.commit_address, m.commit_name): m for m in mappings(page)}
    found = known.get((address.lower(), name.lower())) or known.get((address.lower(), b""))
    return b"%b <%b>" % (found.proper_name or name, found.proper_address or address) if found else person


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """An empty repository, without which git maps nobody."""
    bare = tmp_path_factory.mktemp("birds.git")
    places.git(bare, "init", "--quiet", "--bare", "--template=")
    return bare


@pytest.mark.parametrize("case", CASES)
def test_a_mailmap_is_read_as_git_reads_it(case, repository):
    page, people = CASES[case]
    file = repository / "names"
    file.write_bytes(page)
    known = places.git(
        repository, "-c", f"mailmap.file={file}", "check-mailmap", *(person.decode() for person in people)
    )
    assert [mapped(page, person).decode() for person in people] == known.splitlines()


def test_an_empty_file_says_of_nobody_who_they_are():
    assert aliases(b"# nobody yet\n", KEYED)[0].num_rows == 0


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>", "a web page"), (b"\x1f\x8b\0\0", "not text"),
        (b"nothing\nof the kind\n", "no line"), (b"<a@b.org> <c@d.org>\n" * 50_001, "more than"),
    ],
    ids=["login", "packed", "prose", "long"],
)  # fmt: skip
def test_what_is_no_mailmap_is_refused(page, reason):
    with pytest.raises(ValueError, match=reason):
        aliases(page, KEYED)


@given(st.binary(max_size=400))
def test_any_page_is_a_mailmap_or_refused(page):
    try:
        batch, odd = aliases(page, KEYED)
    except ValueError:
        return
    assert batch.num_rows + odd <= page.count(b"\n") + 1


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")
def test_the_real_files_are_read_whole():
    for path in REAL.glob("*.mailmap"):
        page = path.read_bytes()
        batch, odd = aliases(page, KEYED)
        assert batch.num_rows > 0, path.name
        assert odd == 0, path.name


@pytest.mark.long
def test_the_spider_lands_it_and_it_is_not_read_again_while_it_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    answers = {
        "/birds/one/HEAD/.mailmap": (200, {"ETag": '"m1"'}, PAGE),
        "/birds/two/HEAD/.mailmap": (200, {}, b"<html>Sign in</html>"),
        "/birds/three/HEAD/.mailmap": (404, {}, b"no"),
        "/robots.txt": (404, {}, b""),
    }
    with forge(answers) as server:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        urls = ", ".join(f'"{base}/birds/{name}/HEAD/.mailmap"' for name in ("one", "two", "three"))
        (where.communities / "birds.toml").write_text(
            'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2025-01-01\n[[sources]]\nname = "who"\n'
            f'kind = "mailmap"\nsince = 2025-02-01\nwhy = "Invented."\nurls = [{urls}]\n'
        )
        (birds,) = load_catalogue(where.communities)
        first, second = (collect(where, birds.sources) for _ in range(2))
    told = [{v.unit: (str(v.verdict), v.observations) for v in night.visits} for night in (first, second)]
    bad = {"birds/two.mailmap": ("failed", None), "birds/three.mailmap": ("gone", None)}
    assert told == [{"birds/one.mailmap": (verdict, 4), **bad} for verdict in ("ok", "unchanged")]
    assert "1 lines say nothing" in first.visits[0].note + first.visits[1].note + first.visits[2].note
    build_tables(where, [birds], TODAY)
    assert ask(where, "select count(*) from raw.units") == [(1,)]
    written = b"".join(path.read_bytes() for path in where.data.rglob("*") if path.is_file())
    for name in (b"jane", b"Jane", b"Invented <", b"example.org>"):
        assert name not in written
    assert stored_visits(where.observations)[("birds", "who", "birds/one.mailmap")].key_id == KEYED.key_id
